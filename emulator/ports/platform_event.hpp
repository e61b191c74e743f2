// Platform events: what the Lambda platform says about an environment, as the Telemetry API and JSON logs
// have it ("platform.report"), with the line that text logs have for it. Pure functions; the Lambda service
// writes them to CloudWatch Logs, a function host sends them to telemetry subscribers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ports/function_host.hpp"

namespace puddle {

struct PlatformEvent {
  enum class Level { debug, info, warn };
  std::string type;    ///< "platform.start"
  std::string record;  ///< JSON object
  std::string text;    ///< the line of text logs; empty: they have none
  Level level = Level::info;
};

/// {"time":..,"type":..,"record":..}
std::string to_json(const PlatformEvent& event, Time at);

/// "python:3.12" for python3.12, "nodejs:20" for nodejs20.x, "provided:al2023".
std::string runtime_version(std::string_view runtime);
/// Whether an X-Amzn-Trace-Id header says Sampled=1.
bool is_sampled(std::string_view trace_header);

PlatformEvent init_start_event(const EnvironmentSpec& spec, InitType type);
/// failure: null when it succeeded.
PlatformEvent init_runtime_done_event(InitType type, const InitFailure* failure);
PlatformEvent init_report_event(InitType type, const InitFailure* failure,
                                std::chrono::microseconds duration);
PlatformEvent start_event(const std::string& request_id, const std::string& version,
                          std::string_view trace_header);
PlatformEvent runtime_done_event(const std::string& request_id, const InvocationOutcome& outcome,
                                 std::string_view trace_header);
PlatformEvent report_event(const std::string& request_id, const InvocationOutcome& outcome,
                           std::int64_t memory_mb, std::string_view trace_header);
PlatformEvent extension_event(const std::string& name, const std::string& state,
                              const std::vector<std::string>& events);
PlatformEvent telemetry_event(const std::string& name, const std::vector<std::string>& types);

}  // namespace puddle
