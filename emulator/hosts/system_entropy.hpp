// SystemEntropy: random bytes from the kernel, fetched a page at a time. Engine thread only. Throws
// std::system_error when the kernel has none to give, which no supported system does.
#pragma once
#include <array>

#include "ports/entropy.hpp"

namespace puddle {

class SystemEntropy final : public Entropy {
 public:
  std::string bytes(std::size_t count) override;
  std::uint64_t number() override;

 private:
  void take(char* out, std::size_t count);
  std::array<char, 4096> buffer_{};
  std::size_t left_ = 0;  ///< unused bytes at the buffer's end
};

}  // namespace puddle
