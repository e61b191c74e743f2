// Engine: the emulator without sockets: store, jobs, pipeline and services on a Loop. The daemon builds one
// on the real loop, tests (tests/support/world.hpp) on a VirtualLoop. Construction order is the dependency
// order.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/service.hpp"
#include "pipeline/authenticator.hpp"
#include "pipeline/authorizer.hpp"
#include "pipeline/dispatcher.hpp"

namespace puddle {

struct EnginePorts {
  Loop& loop;
  Entropy& entropy;
  Pool* pool = nullptr;
  Mailer* mailer = nullptr;
  FunctionHost* functions = nullptr;
};

struct EngineOptions {
  Store::Options store{};
  Settings settings{};
  AuthMode auth = AuthMode::warn;
  Dispatcher::Options dispatcher{};
  std::vector<Migration> migrations{};  ///< of what is no service: the inbox
};

class Engine {
 public:
  Engine(EnginePorts ports, EngineOptions options, const std::vector<ServiceFactory>& factories);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Loads every service, starts jobs and pollers.
  void start();
  /// Stops pollers and jobs and commits; nothing runs afterwards.
  void stop();
  /// Every account and region gone; the engine runs on. Returns when the rows are committed.
  void reset();

  Store& store() { return *store_; }
  Jobs& jobs() { return *jobs_; }
  Dispatcher& dispatcher() { return *dispatcher_; }
  Authenticator& authenticator() { return *authenticator_; }
  Settings& settings() { return settings_; }
  Service* service(std::string_view name) { return dispatcher_->service(name); }

 private:
  struct Late;  // PolicySource that stands in until IAM exists
  Settings settings_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<FeedSignals> feeds_;
  std::unique_ptr<Late> late_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<PolicyAuthorizer> authorizer_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::vector<ResourceType> resource_types_;
  std::vector<std::unique_ptr<Service>> services_;
  bool running_ = false;
};

}  // namespace puddle
