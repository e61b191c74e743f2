// ProcessHost: execution environments as child processes that speak the Lambda Runtime API. Each environment
// has its own listener on the loopback interface, so that requests need no token to tell them apart, and its
// own directory.
//
// Engine thread; unpacking and looking for interpreters happen on the pool. Owned by the composition root;
// destroying it ends every environment.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "hosts/asio_loop.hpp"
#include "hosts/code_directory.hpp"
#include "hosts/runtimes.hpp"
#include "ports/function_host.hpp"
#include "ports/http_server.hpp"
#include "ports/pool.hpp"

namespace puddle {

class ProcessHost final : public FunctionHost {
 public:
  /// scratch: an existing directory of ours.
  ProcessHost(AsioLoop& loop, HttpServer& http, Pool& pool, std::string scratch);
  ~ProcessHost() override;
  std::string unsupported(const std::string& runtime) const override {
    return shared_->runtimes.unsupported(runtime);
  }
  EnvironmentId start(EnvironmentSpec spec, Events events) override;
  void invoke(EnvironmentId id, Invocation invocation, std::function<void(InvocationOutcome)> done) override;
  void stop(EnvironmentId id) override;

 private:
  class Environment;
  /// What pool threads use too; lives as long as their work.
  struct Shared {
    explicit Shared(const std::string& scratch) : code(scratch + "/code"), runtimes(scratch + "/runtimes") {}
    CodeDirectory code;
    Runtimes runtimes;
  };
  AsioLoop& loop_;
  HttpServer& http_;
  Pool& pool_;
  std::string scratch_;
  std::shared_ptr<Shared> shared_;
  std::map<EnvironmentId, std::shared_ptr<Environment>> environments_;
  EnvironmentId next_ = 1;
};

}  // namespace puddle
