// Dispatcher: the only pipeline there is. Every operation call, from a socket or from the in-process Client,
// passes
//   find operation -> decode -> validate -> authorise -> run in a savepoint -> output gate -> encode ->
//   trace.
// Engine thread only.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aws/service.hpp"
#include "pipeline/trace.hpp"

namespace puddle {

class Dispatcher final : public Client {
 public:
  struct Options {
    std::size_t trace_limit = 1000;
    /// Called for every error that an operation did not declare; tests abort on it.
    std::function<void(const std::string&)> undeclared_error;
  };
  Dispatcher(Loop& loop, Entropy& entropy, Store& store, Authorizer& authorizer, Settings& settings,
             Options options);
  ~Dispatcher() override;

  /// Services are added once, before the first call.
  void add(Service& service);
  Service* service(std::string_view name) const;
  const std::vector<Service*>& services() const { return services_; }

  /// A request to a service, already authenticated into `call`. Answers once, also for every kind of error.
  void handle(Service& service, const HttpRequest& request, Call&& call, Respond respond);

  Task<wire::Value> call(ClientCall request) override;
  Task<HttpResponse> http(std::string service, HttpRequest request, Principal principal, std::string account,
                          std::string region, std::string source_arn) override;
  const Trace& trace() const { return trace_; }
  /// Destroys waiting calls; for reset and shutdown. Their clients get a 503.
  void drop_waiting();

 private:
  struct Bound;  // a service with its codecs and its operations by name
  struct Decoding;
  using Done = std::function<void(wire::Value, const wire::Fault*)>;
  static Decoding choose(const Bound& bound, const HttpRequest& request);
  static wire::Fault unknown_operation(const Bound& bound, const Decoding& decoding);
  void authorise(const Bound& bound, const Operation& op, const Call& call, const wire::Value& input);
  void run(const Bound& bound, const Operation& op, Call&& call, wire::Value&& input, Done&& done);
  Task<> run_waiting(const Bound& bound, const Operation& op, Call call, wire::Value input, std::uint64_t id);
  void finish(const Bound& bound, const Operation& op, const Call& call, wire::Value output,
              const wire::Fault* fault, Done done);
  wire::Fault fault_of(const Bound& bound, const Operation& op, const Call& call) const;
  void check_declared(const Bound& bound, const Operation& op, const wire::Fault& fault) const;

  Loop& loop_;
  Entropy& entropy_;
  Store& store_;
  Authorizer& authorizer_;
  Settings& settings_;
  Options options_;
  std::vector<Service*> services_;
  std::map<std::string, std::unique_ptr<Bound>, std::less<>> bound_;
  Trace trace_;
  TaskGroup waiting_;
  std::uint64_t last_waiting_ = 0;
  std::map<std::uint64_t, Done> unanswered_;  // of the waiting calls
};

}  // namespace puddle
