// The table: every operation of the service.
#include "services/logs/logs.hpp"

namespace puddle::logs {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  out.push_back(put_log_events());
  for (auto* family : {group_operations, stream_operations, reading_operations, tag_operations})
    for (Operation& op : family()) out.push_back(std::move(op));
  return out;
}

}  // namespace puddle::logs
