// ProcessHost: execution environments as child processes that speak the Lambda Runtime API. Each environment
// has its own listener on the loopback interface, so that requests need no token to tell them apart, its own
// directory and, where the machine allows it, its own view of the file system.
//
// Engine thread; unpacking and looking for interpreters happen on the pool. Owned by the composition root;
// destroying it ends every environment.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "hosts/host_context.hpp"
#include "ports/function_host.hpp"

namespace puddle {

class Environment;

class ProcessHost final : public FunctionHost {
 public:
  /// scratch: an existing directory of ours.
  ProcessHost(AsioLoop& loop, HttpServer& http, Pool& pool, std::string scratch);
  ~ProcessHost() override;
  std::string unsupported(const std::string& runtime) const override {
    return context_.shared->runtimes.unsupported(runtime);
  }
  void expect(const std::string& runtime) override;
  std::uint64_t code_stamp(const std::string& directory) const override { return directory_stamp(directory); }
  EnvironmentId start(EnvironmentSpec spec, Events events) override;
  void invoke(EnvironmentId id, Invocation invocation, std::function<void(InvocationOutcome)> done) override;
  void stop(EnvironmentId id) override;
  /// Whether the pool that serves the runtime is ready; for tests.
  bool warm(const std::string& runtime) const;

 private:
  void warm_pool(const std::string& runtime, const std::vector<std::string>& command);
  HostContext context_;
  std::map<EnvironmentId, std::shared_ptr<Environment>> environments_;
  std::map<EnvironmentId, std::shared_ptr<Environment>> leaving_;  // stopped; their extensions shut down
  std::map<std::string, std::vector<std::string>> expected_;       // interpreter and flags by runtime
  std::shared_ptr<ProcessHost*> self_;                             // for work that may come back after us
  EnvironmentId next_ = 1;
};

}  // namespace puddle
