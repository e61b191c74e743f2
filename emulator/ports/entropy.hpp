// Entropy: the only source of randomness. Seeded in tests, so that the same seed gives the same run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace puddle {

class Entropy {
 public:
  virtual ~Entropy() = default;
  /// count random bytes.
  virtual std::string bytes(std::size_t count) = 0;
  virtual std::uint64_t number() = 0;
};

}  // namespace puddle
