// PUDDLE_CHECK: for our own bugs only, never for bad input. It throws CheckFailed, which the dispatcher
// answers with a 500 and rolls back; with PUDDLE_ABORT_ON_CHECK (test builds) it aborts where it stands.
#pragma once
#include <stdexcept>

namespace puddle {

struct CheckFailed : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace puddle

#define PUDDLE_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::puddle::check_failed(#expression, __FILE__, __LINE__))
