// What the files about streams share: one invocation with records, and the members that tumbling windows add.
#pragma once
#include "services/lambda/event_sources/event_sources.hpp"
#include "services/lambda/records.hpp"

namespace puddle::lambda {

/// One invocation with records of a stream.
struct StreamRun {
  bool failed = false;
  std::size_t done = 0;  ///< records that are behind us
  LastRun last;
  std::optional<Records::Window> state;  ///< to be kept, with tumbling windows
};
/// Which invocation of a window this is.
struct WindowCall {
  bool final = false, early = false;
};
Task<StreamRun> run_records(Lambda& service, Mapping mapping, LanePlace place, std::vector<StreamItem> items,
                            WindowCall window);

/// `,"window":{...},"state":{...}...` of the lane's open window.
std::string window_members(const Lambda& service, const Mapping& mapping, const LanePlace& place,
                           WindowCall call);
/// The open window with the state of the answer.
std::optional<Records::Window> window_state(const Lambda& service, const LanePlace& place,
                                            std::string_view answer);

}  // namespace puddle::lambda
