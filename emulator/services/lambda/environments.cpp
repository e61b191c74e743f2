#include "services/lambda/environments.hpp"

#include <algorithm>
#include <cstdio>

#include "base/log.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

using Kind = InvocationOutcome::Kind;

constexpr Duration kCredentialLife = std::chrono::hours(12);
constexpr Duration kCredentialReserve = std::chrono::minutes(20);  // longer than an invocation
constexpr Duration kMaxWait = std::chrono::minutes(15);

std::string milliseconds(std::chrono::microseconds span) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(span.count()) / 1000.0);
  return text.data();
}

std::string report(const Function& f, const std::string& request_id, const InvocationOutcome& out) {
  const std::int64_t billed = (out.duration.count() + 999) / 1000;
  std::string line = "REPORT RequestId: " + request_id + "\tDuration: " + milliseconds(out.duration) +
                     " ms\tBilled Duration: " + std::to_string(billed) +
                     " ms\tMemory Size: " + std::to_string(f.config.memory) +
                     " MB\tMax Memory Used: " + std::to_string(out.max_memory_mb) + " MB\t";
  if (out.init_duration.count() > 0) line += "Init Duration: " + milliseconds(out.init_duration) + " ms\t";
  if (out.kind == Kind::timed_out) line += "Status: timeout";
  if (out.kind == Kind::exited || out.kind == Kind::init_error)
    line += "Status: error\tError Type: " + out.error_type;
  return line;
}

/// "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef".
std::string stream_name(Time now, const std::string& version, Entropy& entropy) {
  const Calendar c = calendar(now);
  std::array<char, 16> day{};
  std::snprintf(day.data(), day.size(), "%04d/%02d/%02d", c.year, c.month, c.day);
  return std::string(day.data()) + "/[" + version + "]" + random_text(entropy, 32, "0123456789abcdef");
}

}  // namespace

struct Environments::Slot {
  FunctionHost::EnvironmentId id = 0;
  std::string function_arn;
  std::uint64_t generation = 0;
  bool busy = false, retired = false, used = false;
  Time expires{};  // of its credentials
  Time idle_since{};
  Loop::TimerId reaper = 0;
  std::vector<LogLine> lines;
  std::size_t bytes = 0;
  std::shared_ptr<LogStream> log;
};

Environments::Environments(Lambda& service)
    : service_(service), freed_(std::make_unique<Signal>(service.deps.loop)) {}
Environments::~Environments() { stop_all(); }

std::shared_ptr<Environments::Slot> Environments::start(const Function& f) {
  Deps& deps = service_.deps;
  const Time now = deps.loop.now();
  const Principal role = service_.role_of(f);
  auto slot = std::make_shared<Slot>();
  slot->function_arn = f.arn();
  slot->generation = f.generation;
  slot->expires = now + kCredentialLife;
  slot->log = std::make_shared<LogStream>(deps.client, service_.tasks, role, f.region, f.config.logging.group,
                                          stream_name(now, f.config.version, deps.entropy));
  EnvironmentSpec spec;
  spec.function_arn = f.arn();
  spec.function_name = f.config.name;
  spec.version = f.config.version;
  spec.runtime = f.config.runtime;
  spec.handler = f.config.handler;
  spec.code_sha256 = f.code_hex;
  spec.code_zip = [this, sha = f.code_hex] { return service_.records.code(sha).value_or(""); };
  spec.memory_mb = f.config.memory;
  spec.timeout = std::chrono::seconds(f.config.timeout);
  auto& v = spec.variables;
  if (role.kind == Principal::Kind::role) {
    const auto known = deps.policies.role(role.role_arn);
    const Credentials credentials = deps.store.atomically(
        [&] { return deps.sessions.assume(*known, f.config.name, now, kCredentialLife); });
    v["AWS_ACCESS_KEY_ID"] = credentials.access_key;
    v["AWS_SECRET_ACCESS_KEY"] = credentials.secret_key;
    v["AWS_SESSION_TOKEN"] = credentials.session_token;
  } else {
    v["AWS_ACCESS_KEY_ID"] = f.account;
    v["AWS_SECRET_ACCESS_KEY"] = "test";
  }
  v["AWS_REGION"] = v["AWS_DEFAULT_REGION"] = f.region;
  v["AWS_ENDPOINT_URL"] = deps.settings.endpoint;
  if (!f.config.runtime.starts_with("provided")) v["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + f.config.runtime;
  v["AWS_LAMBDA_FUNCTION_NAME"] = f.config.name;
  v["AWS_LAMBDA_FUNCTION_VERSION"] = f.config.version;
  v["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(f.config.memory);
  v["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  v["AWS_LAMBDA_LOG_GROUP_NAME"] = slot->log->group();
  v["AWS_LAMBDA_LOG_STREAM_NAME"] = slot->log->name();
  v["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR";
  if (f.config.environment)
    for (const auto& [name, value] : f.config.environment->variables) v[name] = value;

  const std::weak_ptr<Slot> weak = slot;
  FunctionHost::Events events;
  events.output = [this, weak](std::string line) {
    const auto self = weak.lock();
    if (!self || self->lines.size() >= kMaxLogLines || self->bytes + line.size() > kMaxLogBytes) return;
    self->bytes += line.size();
    self->lines.push_back({service_.deps.loop.now(), std::move(line)});
  };
  events.exited = [this, weak](const std::string&) {
    if (const auto self = weak.lock(); self && !self->busy) drop(self);
  };
  slot->id = deps.functions->start(std::move(spec), std::move(events));
  slots_.push_back(slot);
  return slot;
}

/// An idle slot of the function, the one used last, or a new one; null when there is no room.
std::shared_ptr<Environments::Slot> Environments::take(const Function& f) {
  const Time now = service_.deps.loop.now();
  std::shared_ptr<Slot> best;
  for (const auto& slot : slots_)
    if (!slot->busy && slot->function_arn == f.arn() && slot->generation == f.generation &&
        slot->expires > now + kCredentialReserve && (!best || slot->idle_since > best->idle_since))
      best = slot;
  if (!best) {
    const auto limit = static_cast<std::size_t>(std::max(1, service_.deps.settings.function_concurrency));
    if (slots_.size() >= limit && !make_room()) return nullptr;
    best = start(f);
  }
  best->busy = true;
  if (best->reaper) service_.deps.loop.cancel(std::exchange(best->reaper, 0));
  return best;
}

/// Stops the environment that has been idle longest.
bool Environments::make_room() {
  std::shared_ptr<Slot> oldest;
  for (const auto& slot : slots_)
    if (!slot->busy && (!oldest || slot->idle_since < oldest->idle_since)) oldest = slot;
  if (oldest) drop(oldest);
  return oldest != nullptr;
}

void Environments::drop(const std::shared_ptr<Slot>& slot) {
  if (slot->reaper) service_.deps.loop.cancel(std::exchange(slot->reaper, 0));
  service_.deps.functions->stop(slot->id);
  std::erase(slots_, slot);
  freed_->raise_one();
}

void Environments::release(const std::shared_ptr<Slot>& slot, bool alive) {
  slot->busy = false;
  if (!alive || slot->retired) return drop(slot);
  Loop& loop = service_.deps.loop;
  slot->idle_since = loop.now();
  slot->reaper = loop.at(slot->idle_since + service_.deps.settings.function_idle_timeout, [this, slot] {
    slot->reaper = 0;
    drop(slot);
  });
  freed_->raise_one();
}

void Environments::retire(const std::string& arn) {
  const auto all = slots_;
  for (const auto& slot : all) {
    if (slot->function_arn != arn) continue;
    slot->retired = true;
    if (!slot->busy) drop(slot);
  }
}

std::size_t Environments::busy_of(const std::string& arn) const {
  return static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), [&](const auto& slot) {
    return slot->busy && slot->function_arn.starts_with(arn) &&
           (slot->function_arn.size() == arn.size() || slot->function_arn[arn.size()] == ':');
  }));
}

void Environments::stop_all() {
  for (const auto& slot : slots_) {
    if (slot->reaper) service_.deps.loop.cancel(slot->reaper);
    if (service_.deps.functions) service_.deps.functions->stop(slot->id);
  }
  slots_.clear();
  waiting_ = 0;
  freed_ = std::make_unique<Signal>(service_.deps.loop);
}

Task<Result> Environments::run(std::string arn, Event event) {
  if (!service_.deps.functions) throw kServiceException("There is no host for functions here.");
  const Time patience = service_.deps.loop.now() + kMaxWait;
  std::shared_ptr<Slot> slot;
  std::optional<Function> function;
  while (!slot) {
    const Function* found = service_.choose(arn);
    if (!found) throw user_error(kNotFound, "Function not found: " + arn);
    function = *found;
    const FunctionFamily* family = service_.find_family(arn);
    if (family->reserved && busy_of(family->arn()) >= static_cast<std::size_t>(*family->reserved)) {
      wire::Map members{{"Type", Value("User")},
                        {"Reason", Value("ReservedFunctionConcurrentInvocationLimitExceeded")}};
      throw kTooManyRequests("Rate Exceeded.", std::move(members));
    }
    slot = take(*function);
    if (slot) break;
    if (waiting_ >= kMaxWaitingInvocations || service_.deps.loop.now() >= patience) {
      wire::Map members{{"Type", Value("User")}, {"Reason", Value("ConcurrentInvocationLimitExceeded")}};
      throw kTooManyRequests("Rate Exceeded.", std::move(members));
    }
    ++waiting_;
    Signal::Wait free(*freed_, patience);
    const Wake why = co_await free;
    if (why == Wake::gone) throw kServiceException("The emulator is stopping.");
    --waiting_;
  }
  slot->lines.clear();
  slot->bytes = 0;
  slot->lines.push_back({service_.deps.loop.now(),
                         "START RequestId: " + event.request_id + " Version: " + function->config.version});
  Invocation invocation;
  invocation.request_id = event.request_id;
  invocation.payload = event.payload;
  invocation.client_context = event.client_context;
  invocation.trace_header = event.trace_id;
  Completion<InvocationOutcome> finished;
  const std::function<void(InvocationOutcome)> done = [finished](InvocationOutcome o) {
    finished.complete(std::move(o));
  };
  service_.deps.functions->invoke(slot->id, std::move(invocation), done);
  InvocationOutcome outcome = co_await finished;
  Result result = conclude(slot, *function, event, std::move(outcome));
  co_return std::move(result);
}

Result Environments::conclude(const std::shared_ptr<Slot>& slot, const Function& f, const Event& event,
                              InvocationOutcome outcome) {
  const Time now = service_.deps.loop.now();
  std::vector<LogLine> lines = std::exchange(slot->lines, {});
  lines.push_back({now, "END RequestId: " + event.request_id});
  if (outcome.kind == Kind::timed_out) {
    const std::string seconds = std::to_string(f.config.timeout) + ".00";
    lines.push_back(
        {now, iso8601(now) + " " + event.request_id + " Task timed out after " + seconds + " seconds"});
  }
  lines.push_back({now, report(f, event.request_id, outcome)});
  Result result;
  result.executed_version = f.config.version;
  for (const LogLine& line : lines) result.log += line.text + "\n";
  if (!slot->used) {
    const std::string runtime = f.config.runtime;
    LogLine init{lines.front().at, "INIT_START Runtime Version: " + runtime +
                                       "\tRuntime Version ARN: " + runtime_version_arn(f)};
    lines.insert(lines.begin(), std::move(init));
    slot->used = true;
  }
  slot->log->write(std::move(lines));
  const bool alive = outcome.environment_alive;
  result.outcome = std::move(outcome);
  release(slot, alive);
  return result;
}

}  // namespace puddle::lambda
