// World: the real composition on a VirtualLoop, with an in-memory store, seeded entropy, caught mail and
// functions written as C++ lambdas. Scenario tests drive it and never sleep:
//
//     World w({sqs::make});
//     Value q = w.ok("sqs", "CreateQueue", {{"QueueName", "q"}});
//     auto poll = w.send("sqs", "ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}});
//     w.loop.advance(14999ms);
//     REQUIRE_FALSE(poll->done);
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/engine.hpp"
#include "ports/function_host.hpp"
#include "runtime/virtual_loop.hpp"
#include "wire/json.hpp"

namespace puddle::test {

using wire::List;
using wire::Map;
using wire::Value;

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  std::string bytes(std::size_t count) override;
  std::uint64_t number() override;

 private:
  std::uint64_t state_;
};

/// Mail that was sent; `outcomes` (when not empty) are used up first, then everything is accepted.
class CaughtMail final : public Mailer {
 public:
  explicit CaughtMail(Loop& loop) : loop_(loop) {}
  void send(Mail mail, std::function<void(MailOutcome)> done) override;
  std::vector<Mail> sent;
  std::vector<MailOutcome> outcomes;

 private:
  Loop& loop_;
};

/// Functions as C++ callables: payload in, outcome out, after `takes`.
class FakeFunctions final : public FunctionHost {
 public:
  using Handler = std::function<InvocationOutcome(const EnvironmentSpec&, const Invocation&)>;
  FakeFunctions(Loop& loop) : loop_(loop) {}
  std::string unsupported(const std::string&) const override { return {}; }
  EnvironmentId start(EnvironmentSpec spec, Events events) override;
  void invoke(EnvironmentId id, Invocation invocation, std::function<void(InvocationOutcome)> done) override;
  void stop(EnvironmentId id) override;
  std::map<std::string, Handler> handlers;  ///< by function name
  /// Asked for each new environment: how its init phase fails, if it does.
  std::function<std::optional<InitFailure>(const EnvironmentSpec&)> init_failure;
  Duration takes{10};
  std::size_t started = 0, stopped = 0;
  std::vector<Invocation> invocations;

 private:
  struct Running {
    EnvironmentSpec spec;
    Events events;
  };
  Loop& loop_;
  EnvironmentId next_ = 1;
  std::map<EnvironmentId, Running> running_;
};

struct Reply {
  bool done = false;
  Value value;
  std::optional<wire::Fault> fault;
};

class World {
 public:
  struct Options {
    std::uint64_t seed = 1;
    AuthMode auth = AuthMode::off;
    Store::Options store{"", Durability::memory};
    Settings settings{};
  };
  explicit World(std::vector<ServiceFactory> services);
  World(std::vector<ServiceFactory> services, Options options);
  ~World();

  /// Starts a call as `as` (default: the account's root) and runs what is ready.
  std::shared_ptr<Reply> send(std::string service, std::string operation, Value input);
  /// Starts a call without running anything: for functions, which run inside the loop. A refusal is there at
  /// once.
  std::shared_ptr<Reply> begin(std::string service, std::string operation, Value input, Principal caller);
  /// The reply, which must be there without time passing; fails the test on a fault.
  Value ok(std::string service, std::string operation, Value input);
  /// The fault, which must be there; fails the test on success.
  wire::Fault fails(std::string service, std::string operation, Value input);
  /// A request to a service's own pages or to execute-api, unsigned without a caller, answered when *answer
  /// has a status.
  std::shared_ptr<HttpResponse> browse(const std::string& service, HttpRequest request,
                                       std::optional<Principal> caller = {});
  /// An HTTP request to a service (wire form), answered without time passing.
  HttpResponse http(const std::string& service, HttpRequest request);

  VirtualLoop loop;
  SeededEntropy entropy;
  CaughtMail mail;
  FakeFunctions functions;
  std::unique_ptr<Engine> engine;
  Principal as;
  std::string account = "000000000000", region = "us-east-1";

 private:
  TaskGroup tasks_;
};

}  // namespace puddle::test
