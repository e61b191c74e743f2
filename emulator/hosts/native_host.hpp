// NativeHost: functions that are callables of this process, in front of another host that runs all others. An
// environment is a thread that waits for its invocations. Engine thread, but for the handlers.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "hosts/asio_loop.hpp"
#include "ports/function_host.hpp"

namespace puddle {

/// What a native handler gets.
struct NativeCall {
  std::string event, request_id, function_name, function_arn, version, client_context, trace_id;
  std::int64_t memory_mb = 128;
  Time deadline;
  std::function<void(std::string_view)> log;  ///< any thread, during the call
};
/// Thrown by a handler to name its error's type.
struct NativeError {
  std::string type, message;
};
/// Returns JSON text. Runs on a thread of its own; may throw anything.
using NativeHandler = std::function<std::string(NativeCall& call)>;

class NativeHost final : public FunctionHost {
 public:
  NativeHost(AsioLoop& loop, FunctionHost& others) : loop_(loop), others_(others) {}
  ~NativeHost() override;
  /// Functions of this name run the handler from their next environment on.
  void add(std::string name, NativeHandler handler) { handlers_[std::move(name)] = std::move(handler); }

  std::string unsupported(const std::string& runtime) const override { return others_.unsupported(runtime); }
  void expect(const std::string& runtime) override { others_.expect(runtime); }
  std::uint64_t code_stamp(const std::string& directory) const override {
    return others_.code_stamp(directory);
  }
  EnvironmentId start(EnvironmentSpec spec, Events events) override;
  void invoke(EnvironmentId id, Invocation invocation, std::function<void(InvocationOutcome)> done) override;
  void stop(EnvironmentId id) override;

 private:
  struct Environment;
  static constexpr EnvironmentId kNative = EnvironmentId{1} << 62U;  // ids of ours, apart from the others'
  AsioLoop& loop_;
  FunctionHost& others_;
  std::map<std::string, NativeHandler> handlers_;
  std::map<EnvironmentId, std::shared_ptr<Environment>> environments_;
  EnvironmentId next_ = kNative + 1;
};

}  // namespace puddle
