#include "hosts/system_entropy.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace puddle {

void SystemEntropy::take(char* out, std::size_t count) {
  while (count > 0) {
    if (left_ == 0) {
      const ssize_t got = ::getrandom(buffer_.data(), buffer_.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
      left_ = static_cast<std::size_t>(got);
      if (left_ < buffer_.size())
        std::memmove(buffer_.data() + buffer_.size() - left_, buffer_.data(), left_);
    }
    const std::size_t n = std::min(count, left_);
    char* from = buffer_.data() + buffer_.size() - left_;
    std::memcpy(out, from, n);
    std::memset(from, 0, n);  // what was handed out is a key perhaps
    left_ -= n;
    out += n;
    count -= n;
  }
}

std::string SystemEntropy::bytes(std::size_t count) {
  std::string out(count, '\0');
  take(out.data(), count);
  return out;
}

std::uint64_t SystemEntropy::number() {
  char raw[sizeof(std::uint64_t)];
  take(raw, sizeof raw);
  std::uint64_t out = 0;
  std::memcpy(&out, raw, sizeof out);
  return out;
}

}  // namespace puddle
