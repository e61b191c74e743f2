#include "pipeline/dispatcher.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "pipeline/rest_routes.hpp"
#include "runtime/random.hpp"

namespace puddle {
namespace {

/// A caller inside the emulator: gone when its coroutine ends, one way or the other. A long poll of a poller
/// that was stopped must not take a message with it.
class Presence {
 public:
  Presence() : gone_(std::make_shared<bool>(false)) {}
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  ~Presence() { *gone_ = true; }
  std::shared_ptr<const bool> gone() const { return gone_; }

 private:
  std::shared_ptr<bool> gone_;
};

wire::Fault internal_failure(std::string_view why) {
  wire::Fault fault;
  fault.code = "InternalFailure";
  fault.message = std::string(why);
  fault.status = 500;
  fault.sender = false;
  return fault;
}

bool wants_json(const HttpRequest& request) {
  return request.headers.get("accept").find("application/json") != std::string_view::npos;
}

}  // namespace

struct Dispatcher::Bound {
  Service& service;
  wire::ServiceWire wire;
  std::unique_ptr<wire::Codec> own, query, query_json;
  std::unordered_map<std::string_view, const Operation*> by_name;
  RestRoutes routes;

  explicit Bound(Service& s) : service(s), wire(s.wire()), own(wire::make_codec(wire, wire.protocol)) {
    if (wire.protocol == wire::Protocol::query || wire.query_compatible) {
      query = wire::make_codec(wire, wire::Protocol::query);
      query_json = wire::make_query_json_codec(wire);
    }
    for (const Operation& op : s.operations()) {
      by_name.emplace(op.name, &op);
      if (wire.protocol == wire::Protocol::rest_json) routes.add(op);
    }
  }

  bool known(std::string_view name) const {
    const auto& names = service.known_operations();
    return std::find(names.begin(), names.end(), name) != names.end();
  }
};

/// A request on its way through the codecs.
struct Dispatcher::Decoding {
  const wire::Codec* codec = nullptr;
  const Operation* op = nullptr;
  std::string name;   // as asked for
  Parameters labels;  // of the REST path
  bool query = false;
};

Dispatcher::Dispatcher(Loop& loop, Entropy& entropy, Store& store, Authorizer& authorizer, Settings& settings,
                       Options options)
    : loop_(loop),
      entropy_(entropy),
      store_(store),
      authorizer_(authorizer),
      settings_(settings),
      options_(std::move(options)),
      trace_(options_.trace_limit) {}

Dispatcher::~Dispatcher() { waiting_.cancel(); }

void Dispatcher::add(Service& service) {
  services_.push_back(&service);
  bound_.emplace(std::string(service.wire().name), std::make_unique<Bound>(service));
}

Service* Dispatcher::service(std::string_view name) const {
  const auto it = bound_.find(name);
  return it == bound_.end() ? nullptr : &it->second->service;
}

Dispatcher::Decoding Dispatcher::choose(const Bound& bound, const HttpRequest& request) {
  Decoding d;
  if (bound.wire.protocol == wire::Protocol::rest_json) {
    d.codec = bound.own.get();
    d.op = bound.routes.match(request.method, request.target, d.labels);
    d.name = request.method + " " + std::string(request.path());
    return d;
  }
  if (const std::string* target = request.headers.find("x-amz-target");
      target && bound.wire.protocol != wire::Protocol::query) {
    d.codec = bound.own.get();
    const auto parts = cut(*target, ".");
    d.name = std::string(parts ? parts->second : std::string_view(*target));
  } else if (bound.query) {
    d.query = true;
    d.codec = wants_json(request) ? bound.query_json.get() : bound.query.get();
    for (const std::string_view source : {std::string_view(request.body), request.query()})
      if (const auto form = parse_query(source))
        for (const auto& [name, value] : *form)
          if (name == "Action" && d.name.empty()) d.name = value;
  } else {
    d.codec = bound.own.get();
  }
  const auto it = bound.by_name.find(d.name);
  if (it != bound.by_name.end()) d.op = it->second;
  return d;
}

wire::Fault Dispatcher::unknown_operation(const Bound& bound, const Decoding& d) {
  const bool known = bound.known(d.name);
  const bool rest = bound.wire.protocol == wire::Protocol::rest_json;
  wire::Fault fault;
  if (d.query) {
    fault.code = d.name.empty() ? "MissingAction" : "InvalidAction";
    fault.message = d.name.empty() ? "The request must contain the parameter Action."
                    : known        ? "The action " + d.name + " is not supported by Puddle."
                                   : "The action " + d.name + " is not valid for this endpoint.";
  } else {
    fault.code = "UnknownOperationException";
    fault.status = rest ? 404 : 400;
    if (known || rest) fault.message = "The operation " + d.name + " is not supported by Puddle.";
  }
  return fault;
}

void Dispatcher::handle(Service& service, const HttpRequest& request, Call&& call, Respond respond) {
  const Bound& bound = *bound_.find(service.wire().name)->second;
  Decoding d = choose(bound, request);
  call.query_protocol = d.query;
  const auto refuse = [&](const wire::Fault& fault) {
    respond(d.codec->encode_error(fault, call.request_id));
  };
  if (!d.op) return refuse(unknown_operation(bound, d));
  const Operation& op = *d.op;
  wire::Binding binding;
  binding.operation = op.name;
  binding.input = &op.input;
  binding.output = &op.output;
  binding.method = op.http.method;
  binding.path = op.http.path;
  binding.status = op.http.status;
  binding.result_wrapper = op.result_wrapper;
  wire::Decoded input = d.codec->decode(request, binding, d.labels);
  if (!input) return refuse(input.error());
  const std::string request_id = call.request_id;
  run(bound, op, std::move(call), std::move(*input),
      [codec = d.codec, binding, request_id, respond = std::move(respond)](wire::Value output,
                                                                           const wire::Fault* fault) {
        respond(fault ? codec->encode_error(*fault, request_id) : codec->encode(output, binding, request_id));
      });
}

void Dispatcher::authorise(const Bound& bound, const Operation& op, const Call& call,
                           const wire::Value& input) {
  if (op.access == Access::anyone || op.action.empty() || authorizer_.mode() == AuthMode::off ||
      call.principal.kind == Principal::Kind::root)
    return;
  const std::string resource = op.resource ? op.resource(bound.service, call, input) : std::string("*");
  authorizer_.require(call, op.action, resource, bound.service.resource_policy(resource));
}

void Dispatcher::run(const Bound& bound, const Operation& op, Call&& call, wire::Value&& input, Done&& done) {
  wire::Fault fault;
  try {
    const std::vector<std::string> violated = wire::violations(input, op.input, bound.service.dialect());
    if (!violated.empty()) throw bound.service.validation_error(wire::describe(violated));
    authorise(bound, op, call, input);
    if (op.later) {
      const std::uint64_t id = ++last_waiting_;
      unanswered_.emplace(id, done);
      waiting_.spawn(run_waiting(bound, op, std::move(call), std::move(input), id));
      return;
    }
    wire::Value output = store_.atomically([&] { return op.now(bound.service, call, std::move(input)); });
    return finish(bound, op, call, std::move(output), nullptr, std::move(done));
  } catch (...) {
    fault = fault_of(bound, op, call);
  }
  finish(bound, op, call, {}, &fault, std::move(done));
}

Task<> Dispatcher::run_waiting(const Bound& bound, const Operation& op, Call call, wire::Value input,
                               std::uint64_t id) {
  wire::Value output;
  wire::Fault fault;
  bool failed = false;
  try {
    Task<wire::Value> work = op.later(bound.service, call, std::move(input));
    output = co_await std::move(work);
  } catch (...) {
    fault = fault_of(bound, op, call);
    failed = true;
  }
  auto node = unanswered_.extract(id);
  if (node) finish(bound, op, call, std::move(output), failed ? &fault : nullptr, std::move(node.mapped()));
}

/// The current exception as a client sees it.
wire::Fault Dispatcher::fault_of(const Bound& bound, const Operation& op, const Call& call) const {
  try {
    throw;
  } catch (const AwsError& e) {
    if (e.fault.code == "AccessDenied" && e.fault.status == 403) {
      wire::Fault fault = bound.service.access_denied(e.fault.message).fault;
      return fault;
    }
    check_declared(bound, op, e.fault);
    return e.fault;
  } catch (const StoreBroken&) {
    return internal_failure("The store is broken.");
  } catch (const std::exception& e) {
    log(Level::error, "dispatcher", op.name + " (request " + call.request_id + ") failed: " + e.what());
  } catch (...) {
    log(Level::error, "dispatcher", op.name + " (request " + call.request_id + ") failed");
  }
  return internal_failure("An internal error occurred.");
}

void Dispatcher::finish(const Bound& bound, const Operation& op, const Call& call, wire::Value output,
                        const wire::Fault* fault, Done done) {
  trace_.record(bound.wire.name, op.name, call, fault);
  // The output gate: nothing leaves before what it may have read or written is committed.
  if (store_.settled()) return done(std::move(output), fault);
  if (fault) {
    store_.when_committed([fault = *fault, done = std::move(done)](bool ok) {
      const wire::Fault broken = internal_failure("The store is broken.");
      done({}, ok ? &fault : &broken);
    });
    return;
  }
  auto held = std::make_shared<wire::Value>(std::move(output));
  store_.when_committed([held, done = std::move(done)](bool ok) {
    if (ok) return done(std::move(*held), nullptr);
    const wire::Fault broken = internal_failure("The store is broken.");
    done({}, &broken);
  });
}

void Dispatcher::check_declared(const Bound& bound, const Operation& op, const wire::Fault& fault) const {
  if (!options_.undeclared_error || fault.status >= 500) return;
  const auto declared = [&](const ErrorType& e) { return e.code == fault.code; };
  if (std::any_of(op.errors.begin(), op.errors.end(), declared)) return;
  if (fault.code == bound.service.validation_error("").fault.code) return;
  options_.undeclared_error(std::string(bound.wire.name) + "." + op.name + " threw the undeclared error " +
                            fault.code);
}

Task<wire::Value> Dispatcher::call(ClientCall request) {
  const auto it = bound_.find(request.service);
  if (it == bound_.end())
    throw AwsError("InternalFailure", "There is no service " + request.service + ".", 500);
  const auto op = it->second->by_name.find(request.operation);
  if (op == it->second->by_name.end())
    throw AwsError("UnknownOperationException",
                   "The operation " + request.operation + " is not supported by Puddle.");
  Call call;
  call.account = std::move(request.account);
  call.region = std::move(request.region);
  call.principal = std::move(request.principal);
  call.request_id = uuid(entropy_);
  call.now = loop_.now();
  call.endpoint = request.endpoint.empty() ? settings_.endpoint : std::move(request.endpoint);
  call.source_ip = "127.0.0.1";
  call.in_process = true;
  call.trace_id = std::move(request.trace_id);
  call.source_arn = std::move(request.source_arn);
  call.source_account = std::move(request.source_account);
  const Presence caller;
  call.gone = caller.gone();
  using Outcome = std::pair<wire::Value, std::shared_ptr<wire::Fault>>;
  Completion<Outcome> finished;
  Done done = [finished](wire::Value output, const wire::Fault* fault) {
    finished.complete(Outcome(std::move(output), fault ? std::make_shared<wire::Fault>(*fault) : nullptr));
  };
  run(*it->second, *op->second, std::move(call), std::move(request.input), std::move(done));
  Outcome outcome = co_await finished;
  if (outcome.second) throw AwsError(*outcome.second);
  co_return std::move(outcome.first);
}

Task<HttpResponse> Dispatcher::http(std::string service, HttpRequest request, Principal principal,
                                    std::string account, std::string region, std::string source_arn) {
  const auto it = bound_.find(service);
  if (it == bound_.end()) throw AwsError("InternalFailure", "There is no service " + service + ".", 500);
  Call call;
  call.account = std::move(account);
  call.region = std::move(region);
  call.principal = std::move(principal);
  call.request_id = uuid(entropy_);
  call.now = loop_.now();
  call.endpoint = settings_.endpoint;
  call.source_ip = "127.0.0.1";
  call.trace_id = std::string(request.headers.get("x-amzn-trace-id"));
  call.source_arn = std::move(source_arn);
  Completion<HttpResponse> finished;
  const Respond respond = [finished](HttpResponse response) { finished.complete(std::move(response)); };
  handle(it->second->service, request, std::move(call), respond);
  HttpResponse response = co_await finished;
  co_return std::move(response);
}

void Dispatcher::drop_waiting() {
  waiting_.cancel();
  wire::Fault fault = internal_failure("The emulator was reset.");
  fault.code = "ServiceUnavailable";
  fault.status = 503;
  for (auto dropped = std::exchange(unanswered_, {}); auto& [id, done] : dropped) done({}, &fault);
}

}  // namespace puddle
