#include "support/world.hpp"

#include <catch2/catch.hpp>

#include "runtime/random.hpp"

namespace puddle::test {

std::uint64_t SeededEntropy::number() {
  // splitmix64
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::string SeededEntropy::bytes(std::size_t count) {
  std::string out;
  while (out.size() < count) {
    std::uint64_t n = number();
    for (int i = 0; i < 8 && out.size() < count; ++i, n >>= 8) out += static_cast<char>(n & 255);
  }
  return out;
}

void CaughtMail::send(Mail message, std::function<void(MailOutcome)> done) {
  MailOutcome outcome;
  if (!outcomes.empty()) {
    outcome = outcomes.front();
    outcomes.erase(outcomes.begin());
  }
  if (outcome.kind == MailOutcome::Kind::sent) sent.push_back(std::move(message));
  loop_.post([outcome, done = std::move(done)] { done(outcome); });
}

FunctionHost::EnvironmentId FakeFunctions::start(EnvironmentSpec spec, Events events) {
  ++started;
  const EnvironmentId id = next_++;
  Running& r = running_[id];
  r.spec = std::move(spec);
  r.events = std::move(events);
  loop_.post([this, id] {
    const auto it = running_.find(id);
    if (it == running_.end()) return;
    const auto failure = init_failure ? init_failure(it->second.spec) : std::nullopt;
    if (failure && it->second.events.init_failed)
      it->second.events.init_failed(*failure);
    else if (!failure && it->second.events.initialized)
      it->second.events.initialized();
  });
  return id;
}

void FakeFunctions::invoke(EnvironmentId id, Invocation invocation,
                           std::function<void(InvocationOutcome)> done) {
  invocations.push_back(invocation);
  loop_.at(loop_.now() + takes, [this, id, invocation = std::move(invocation), done = std::move(done)] {
    const auto it = running_.find(id);
    InvocationOutcome outcome;
    if (it == running_.end()) return;  // stopped
    const auto handler = handlers.find(it->second.spec.function_name);
    outcome.payload = "null";
    if (handler != handlers.end()) outcome = handler->second(it->second.spec, invocation);
    if (outcome.duration == Duration(0)) outcome.duration = takes;
    if (outcome.max_memory_mb == 0) outcome.max_memory_mb = 32;
    if (!outcome.environment_alive) running_.erase(id);
    done(outcome);
  });
}

void FakeFunctions::stop(EnvironmentId id) {
  if (const auto it = running_.find(id); it != running_.end()) {
    ++stopped;
    running_.erase(it);
  }
}

World::World(std::vector<ServiceFactory> services) : World(std::move(services), Options{}) {}

World::World(std::vector<ServiceFactory> services, Options options)
    : entropy(options.seed), mail(loop), functions(loop), as(Principal::root("000000000000")) {
  EngineOptions engine_options;
  engine_options.store = options.store;
  engine_options.settings = options.settings;
  engine_options.auth = options.auth;
  engine_options.dispatcher.undeclared_error = [](const std::string& what) { FAIL_CHECK(what); };
  const EnginePorts ports{loop, entropy, nullptr, &mail, &functions};
  engine = std::make_unique<Engine>(ports, std::move(engine_options), services);
  engine->start();
  loop.run_ready();
}

World::~World() {
  tasks_.cancel();
  engine.reset();
}

namespace {

Task<> answer(Client& client, ClientCall call, std::shared_ptr<Reply> reply) {
  try {
    Task<Value> work = client.call(std::move(call));
    reply->value = co_await std::move(work);
  } catch (const AwsError& e) {
    reply->fault = e.fault;
  }
  reply->done = true;
}

}  // namespace

std::shared_ptr<Reply> World::begin(std::string service, std::string operation, Value input,
                                    Principal caller) {
  ClientCall call;
  call.service = std::move(service);
  call.operation = std::move(operation);
  call.input = std::move(input);
  call.principal = std::move(caller);
  call.account = account;
  call.region = region;
  auto reply = std::make_shared<Reply>();
  tasks_.spawn(answer(engine->dispatcher(), std::move(call), reply));
  return reply;
}

std::shared_ptr<Reply> World::send(std::string service, std::string operation, Value input) {
  auto reply = begin(std::move(service), std::move(operation), std::move(input), as);
  loop.run_ready();
  return reply;
}

std::shared_ptr<HttpResponse> World::browse(const std::string& service, HttpRequest request,
                                            std::optional<Principal> caller) {
  Call call;
  call.account = account;
  call.region = region;
  call.principal.kind = Principal::Kind::anonymous;
  call.principal.account = account;
  if (caller) call.principal = std::move(*caller);
  call.request_id = uuid(entropy);
  call.now = loop.now();
  call.endpoint = engine->settings().endpoint;
  auto response = std::make_shared<HttpResponse>();
  response->status = 0;
  engine->service(service)->serve(request, call, [response](HttpResponse r) { *response = std::move(r); });
  loop.run_ready();
  return response;
}

Value World::ok(std::string service, std::string operation, Value input) {
  const auto reply = send(std::move(service), operation, std::move(input));
  INFO(operation);
  if (reply->fault) FAIL(reply->fault->code << ": " << reply->fault->message);
  REQUIRE(reply->done);
  return reply->value;
}

wire::Fault World::fails(std::string service, std::string operation, Value input) {
  const auto reply = send(std::move(service), operation, std::move(input));
  INFO(operation);
  REQUIRE(reply->done);
  REQUIRE(reply->fault);
  return *reply->fault;
}

HttpResponse World::http(const std::string& service, HttpRequest request) {
  Call call;
  call.account = account;
  call.region = region;
  call.principal = as;
  call.request_id = uuid(entropy);
  call.now = loop.now();
  call.endpoint = "http://127.0.0.1:4566";
  call.source_ip = "127.0.0.1";
  call.trace_id = request.headers.get("x-amzn-trace-id");
  std::optional<HttpResponse> response;
  engine->dispatcher().handle(*engine->service(service), std::move(request), std::move(call),
                              [&response](HttpResponse r) { response = std::move(r); });
  loop.run_ready();
  REQUIRE(response);
  return *response;
}

}  // namespace puddle::test
