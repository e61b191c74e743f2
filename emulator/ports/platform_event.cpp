#include "ports/platform_event.hpp"

#include <array>
#include <cctype>
#include <cstdio>

#include "base/text.hpp"

namespace puddle {
namespace {

using Kind = InvocationOutcome::Kind;
using Level = PlatformEvent::Level;

std::string milliseconds(std::chrono::microseconds span) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(span.count()) / 1000.0);
  return text.data();
}

/// A JSON object that is written member by member.
class Record {
 public:
  Record& text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
    return *this;
  }
  Record& raw(std::string_view name, std::string_view value) {
    key(name);
    out_ += value;
    return *this;
  }
  Record& texts(std::string_view name, const std::vector<std::string>& values) {
    key(name);
    out_ += '[';
    for (const std::string& v : values) {
      if (out_.back() != '[') out_ += ',';
      append_json_string(out_, v);
    }
    out_ += ']';
    return *this;
  }
  std::string done() const { return out_ + "}"; }

 private:
  void key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

std::string_view type_name(InitType type) {
  return type == InitType::provisioned ? "provisioned-concurrency" : "on-demand";
}

std::string_view phase_of(const InitFailure* failure) {
  return failure && failure->phase == InitFailure::Phase::invoke ? "invoke" : "init";
}

std::string_view status_of(const InitFailure* failure) {
  return !failure ? "success" : failure->timed_out ? "timeout" : "error";
}

std::string_view status_of(const InvocationOutcome& out) {
  switch (out.kind) {
    case Kind::ok:
      return "success";
    case Kind::timed_out:
      return "timeout";
    case Kind::exited:
      return "failure";
    default:
      return "error";
  }
}

/// "Root", "Parent" ... of "Root=1-..;Parent=..;Sampled=1".
std::string_view part_of(std::string_view header, std::string_view name) {
  for (const std::string_view part : split(header, ';'))
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=')
      return part.substr(name.size() + 1);
  return {};
}

std::string tracing(std::string_view header) {
  return Record()
      .text("spanId", part_of(header, "Parent"))
      .text("type", "X-Amzn-Trace-Id")
      .text("value", header)
      .done();
}

std::int64_t billed(const InvocationOutcome& out) {
  // Since August 2025 the init phase is billed.
  return ((out.duration + out.init_duration).count() + 999) / 1000;
}

}  // namespace

std::string to_json(const PlatformEvent& event, Time at) {
  return Record().text("time", iso8601(at)).text("type", event.type).raw("record", event.record).done();
}

std::string runtime_version(std::string_view runtime) {
  std::size_t letters = 0;
  while (letters < runtime.size() && std::isalpha(static_cast<unsigned char>(runtime[letters]))) ++letters;
  std::string_view version = runtime.substr(letters);
  if (version.starts_with('.')) version.remove_prefix(1);
  if (version.ends_with(".x")) version.remove_suffix(2);
  return std::string(runtime.substr(0, letters)) + ":" + std::string(version);
}

bool is_sampled(std::string_view header) { return part_of(header, "Sampled") == "1"; }

PlatformEvent init_start_event(const EnvironmentSpec& spec, InitType type) {
  PlatformEvent e{"platform.initStart", {}, {}, Level::info};
  const std::string version = runtime_version(spec.runtime);
  e.record = Record()
                 .text("initializationType", type_name(type))
                 .text("phase", "init")
                 .text("runtimeVersion", version)
                 .text("runtimeVersionArn", spec.runtime_version_arn)
                 .text("functionName", spec.function_name)
                 .text("functionVersion", spec.version)
                 .done();
  e.text = "INIT_START Runtime Version: " + version + "\tRuntime Version ARN: " + spec.runtime_version_arn;
  return e;
}

PlatformEvent init_runtime_done_event(InitType type, const InitFailure* failure) {
  PlatformEvent e{"platform.initRuntimeDone", {}, {}, failure ? Level::warn : Level::debug};
  Record r;
  r.text("initializationType", type_name(type)).text("phase", phase_of(failure));
  r.text("status", status_of(failure));
  if (failure && !failure->timed_out) r.text("errorType", failure->error_type);
  e.record = r.done();
  return e;
}

PlatformEvent init_report_event(InitType type, const InitFailure* failure,
                                std::chrono::microseconds duration) {
  PlatformEvent e{"platform.initReport", {}, {}, failure ? Level::warn : Level::debug};
  Record r;
  r.text("initializationType", type_name(type)).text("phase", phase_of(failure));
  r.text("status", status_of(failure));
  if (failure && !failure->timed_out) r.text("errorType", failure->error_type);
  r.raw("metrics", "{\"durationMs\":" + milliseconds(duration) + "}");
  e.record = r.done();
  e.text = "INIT_REPORT Init Duration: " + milliseconds(duration) +
           " ms\tPhase: " + std::string(phase_of(failure)) + "\tStatus: " + std::string(status_of(failure));
  if (failure && !failure->timed_out) e.text += "\tError Type: " + failure->error_type;
  return e;
}

PlatformEvent start_event(const std::string& request_id, const std::string& version, std::string_view trace) {
  PlatformEvent e{"platform.start", {}, {}, Level::info};
  Record r;
  r.text("requestId", request_id).text("version", version);
  if (is_sampled(trace)) r.raw("tracing", tracing(trace));
  e.record = r.done();
  e.text = "START RequestId: " + request_id + " Version: " + version;
  return e;
}

PlatformEvent runtime_done_event(const std::string& request_id, const InvocationOutcome& out,
                                 std::string_view trace) {
  PlatformEvent e{"platform.runtimeDone", {}, {}, out.kind == Kind::ok ? Level::debug : Level::warn};
  Record r;
  r.text("requestId", request_id).text("status", status_of(out));
  if (out.kind != Kind::ok && out.kind != Kind::timed_out) r.text("errorType", out.error_type);
  r.raw("metrics", "{\"durationMs\":" + milliseconds(out.duration) +
                       ",\"producedBytes\":" + std::to_string(out.payload.size()) + "}");
  if (is_sampled(trace)) r.raw("tracing", tracing(trace));
  e.record = r.done();
  e.text = "END RequestId: " + request_id;
  return e;
}

PlatformEvent report_event(const std::string& request_id, const InvocationOutcome& out,
                           std::int64_t memory_mb, std::string_view trace) {
  PlatformEvent e{"platform.report", {}, {}, out.kind == Kind::ok ? Level::info : Level::warn};
  const bool with_init = out.init_duration.count() > 0;
  std::string metrics = "{\"durationMs\":" + milliseconds(out.duration) +
                        ",\"billedDurationMs\":" + std::to_string(billed(out)) +
                        ",\"memorySizeMB\":" + std::to_string(memory_mb) +
                        ",\"maxMemoryUsedMB\":" + std::to_string(out.max_memory_mb);
  if (with_init) metrics += ",\"initDurationMs\":" + milliseconds(out.init_duration);
  Record r;
  r.text("requestId", request_id).raw("metrics", metrics + "}");
  if (is_sampled(trace)) r.raw("tracing", tracing(trace));
  r.text("status", status_of(out));
  if (out.kind != Kind::ok && out.kind != Kind::timed_out) r.text("errorType", out.error_type);
  e.record = r.done();
  e.text = "REPORT RequestId: " + request_id + "\tDuration: " + milliseconds(out.duration) +
           " ms\tBilled Duration: " + std::to_string(billed(out)) +
           " ms\tMemory Size: " + std::to_string(memory_mb) +
           " MB\tMax Memory Used: " + std::to_string(out.max_memory_mb) + " MB\t";
  if (with_init) e.text += "Init Duration: " + milliseconds(out.init_duration) + " ms\t";
  if (out.kind == Kind::timed_out) e.text += "Status: timeout";
  if (out.kind == Kind::exited || out.kind == Kind::init_error)
    e.text += "Status: error\tError Type: " + out.error_type;
  if (is_sampled(trace))
    e.text += "\nXRAY TraceId: " + std::string(part_of(trace, "Root")) +
              "\tSegmentId: " + std::string(part_of(trace, "Parent")) + "\tSampled: true\t";
  return e;
}

PlatformEvent extension_event(const std::string& name, const std::string& state,
                              const std::vector<std::string>& events) {
  PlatformEvent e{"platform.extension", {}, {}, state == "Ready" ? Level::info : Level::warn};
  e.record = Record().text("name", name).text("state", state).texts("events", events).done();
  e.text = "EXTENSION\tName: " + name + "\tState: " + state + "\tEvents: [" + join(events, ",") + "]";
  return e;
}

PlatformEvent telemetry_event(const std::string& name, const std::vector<std::string>& types) {
  PlatformEvent e{"platform.telemetrySubscription", {}, {}, Level::info};
  e.record = Record().text("name", name).text("state", "Subscribed").texts("types", types).done();
  e.text = "TELEMETRY\tName: " + name + "\tState: Subscribed\tTypes: [" + join(types, ",") + "]";
  return e;
}

}  // namespace puddle
