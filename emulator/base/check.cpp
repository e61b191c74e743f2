#include "base/check.hpp"

#include <cstdlib>
#include <string>

#include "base/log.hpp"

namespace puddle {

void check_failed(const char* expression, const char* file, int line) {
  const std::string message = std::string(file) + ":" + std::to_string(line) + ": " + expression;
  log(Level::error, "check", message);
#ifdef PUDDLE_ABORT_ON_CHECK
  std::abort();
#else
  throw CheckFailed(message);
#endif
}

}  // namespace puddle
