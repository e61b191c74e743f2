// MoveTask: messages on their way out of a dead-letter queue. A value.
#pragma once
#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace puddle::sqs {

struct MoveTask {
  std::string id;           ///< UUID
  std::string source;       ///< ARN of the dead-letter queue
  std::string destination;  ///< ARN; empty: each message goes to where it came from
  std::int64_t rate = 0;    ///< messages a second; 0: as fast as it goes
  Time started{};
  std::string status = "RUNNING";
  std::string failure;  ///< FailureReason
  std::int64_t moved = 0, to_move = 0;
  std::int64_t last_id = 0;  ///< messages up to this one were there when it started

  bool running() const { return status == "RUNNING"; }
};

}  // namespace puddle::sqs
