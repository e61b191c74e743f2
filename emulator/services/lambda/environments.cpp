#include "services/lambda/environments.hpp"

#include <algorithm>
#include <cstdio>

#include "base/log.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"
#include "services/lambda/lineage.hpp"

namespace puddle::lambda {
namespace {

using Kind = InvocationOutcome::Kind;

constexpr Duration kCredentialLife = std::chrono::hours(12);
constexpr Duration kCredentialReserve = std::chrono::minutes(20);  // longer than an invocation
constexpr Duration kMaxWait = std::chrono::minutes(15);

/// "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef".
std::string stream_name(Time now, const std::string& version, Entropy& entropy) {
  const Calendar c = calendar(now);
  std::array<char, 16> day{};
  std::snprintf(day.data(), day.size(), "%04d/%02d/%02d", c.year, c.month, c.day);
  return std::string(day.data()) + "/[" + version + "]" + random_text(entropy, 32, "0123456789abcdef");
}

/// The header that the function sees: the caller's, or a new one. Active tracing samples what the caller left
/// open.
std::string trace_of(const Event& event, const Function& f, Time now, Entropy& entropy) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const bool active = f.config.tracing.mode == "Active";
  if (event.trace_id.empty()) {
    std::array<char, 16> seconds{};
    std::snprintf(seconds.data(), seconds.size(), "%08llx", static_cast<unsigned long long>(to_seconds(now)));
    return "Root=1-" + std::string(seconds.data()) + "-" + random_text(entropy, 24, kHex) +
           ";Parent=" + random_text(entropy, 16, kHex) + ";Sampled=" + (active ? "1" : "0");
  }
  std::string header = event.trace_id;
  if (header.find("Parent=") == std::string::npos) header += ";Parent=" + random_text(entropy, 16, kHex);
  if (header.find("Sampled=") == std::string::npos) header += std::string(";Sampled=") + (active ? "1" : "0");
  return header;
}

/// Throws when the chain of events that the header belongs to has invoked the function too often.
void check_loop(const FunctionFamily& family, std::string_view trace_id) {
  if (family.recursion == "Allow" || times_invoked(trace_id, family.arn()) < kMaxChainedInvocations) return;
  throw user_error(kRecursive,
                   "Lambda has detected your function being invoked in a recursive loop with other AWS "
                   "resources and stopped your function's invocation.");
}

AwsError throttled(std::string_view reason) {
  wire::Map members{{"Type", Value("User")}, {"Reason", Value(reason)}};
  return kTooManyRequests("Rate Exceeded.", std::move(members));
}

}  // namespace

struct Environments::Slot {
  FunctionHost::EnvironmentId id = 0;
  std::string function_arn, version, request_id, trace;
  std::uint64_t generation = 0;
  std::uint64_t stamp = 0;  // of a mounted directory when the environment was started
  InitType type = InitType::on_demand;
  bool busy = false, retired = false, ready = false, started = false;
  Time expires{};  // of its credentials
  Time idle_since{};
  Loop::TimerId reaper = 0;
  std::shared_ptr<EnvironmentLog> log;

  void say_start() {
    if (std::exchange(started, true)) return;
    log->begin();
    log->platform(start_event(request_id, version, trace));
  }
};

Environments::Environments(Lambda& service)
    : service_(service), freed_(std::make_unique<Signal>(service.deps.loop)) {}
Environments::~Environments() { stop_all(); }

std::shared_ptr<Environments::Slot> Environments::start(const Function& f, InitType type) {
  Deps& deps = service_.deps;
  const Time now = deps.loop.now();
  auto slot = std::make_shared<Slot>();
  slot->function_arn = f.arn();
  slot->version = f.config.version;
  slot->generation = f.generation;
  if (!f.directory.empty()) slot->stamp = deps.functions->code_stamp(f.directory);
  slot->type = type;
  slot->expires = now + kCredentialLife;
  auto stream =
      std::make_shared<LogStream>(deps.client, service_.tasks, service_.role_of(f), f.region,
                                  f.config.logging.group, stream_name(now, f.config.version, deps.entropy));
  slot->log = std::make_shared<EnvironmentLog>(deps.loop, stream, f.config.logging);
  EnvironmentSpec spec = environment_spec(service_, f, type, slot->expires, *stream);
  slot->log->platform(init_start_event(spec, type));
  slot->id = deps.functions->start(std::move(spec), events_of(slot));
  slots_.push_back(slot);
  return slot;
}

FunctionHost::Events Environments::events_of(const std::shared_ptr<Slot>& slot) {
  const std::weak_ptr<Slot> weak = slot;
  const auto log = slot->log;
  const InitType type = slot->type;
  FunctionHost::Events events;
  events.output = [log](std::string line) { log->output(std::move(line)); };
  events.exited = [this, weak](const std::string&) {
    if (const auto self = weak.lock(); self && !self->busy) drop(self);
  };
  events.initialized = [weak] {
    if (const auto self = weak.lock()) self->ready = true;
  };
  events.delivered = [weak] {
    if (const auto self = weak.lock()) self->say_start();
  };
  events.init_failed = [this, weak, log, type](InitFailure failure) {
    log->platform(init_runtime_done_event(type, &failure));
    log->platform(init_report_event(type, &failure, failure.duration));
    const auto self = weak.lock();
    if (!self || self->type != InitType::provisioned || self->busy) return;
    if (const auto it = pools_.find(self->function_arn); it != pools_.end())
      it->second.failure = "FUNCTION_ERROR_INIT_FAILURE";
    service_.deps.loop.post([this, weak] {  // not inside the host's own callback
      if (const auto dead = weak.lock(); dead && !dead->busy) drop(dead);
    });
  };
  events.extension = [log](std::string name, std::string state, std::vector<std::string> wanted) {
    log->platform(extension_event(name, state, wanted));
  };
  events.telemetry = [log](std::string name, std::vector<std::string> types) {
    log->platform(telemetry_event(name, types));
  };
  return events;
}

/// An idle slot of the function, provisioned ones first, then the one used last, or a new one; null when
/// there is no room.
std::shared_ptr<Environments::Slot> Environments::take(const Function& f) {
  const Time now = service_.deps.loop.now();
  if (!f.directory.empty()) drop_outdated(f);
  std::shared_ptr<Slot> best;
  std::size_t on_demand = 0;
  const auto better = [](const Slot& a, const Slot& b) {
    if (a.type != b.type) return a.type == InitType::provisioned;
    return a.idle_since > b.idle_since;
  };
  for (const auto& slot : slots_) {
    if (slot->type == InitType::on_demand) ++on_demand;
    if (!slot->busy && slot->generation == f.generation && slot->expires > now + kCredentialReserve &&
        (!best || better(*slot, *best)))
      best = slot;
  }
  if (!best) {
    const auto limit = static_cast<std::size_t>(std::max(1, service_.deps.settings.function_concurrency));
    if (on_demand >= limit && !make_room()) return nullptr;
    best = start(f, InitType::on_demand);
  }
  best->busy = true;
  if (best->reaper) service_.deps.loop.cancel(std::exchange(best->reaper, 0));
  return best;
}

/// Stops idle environments whose mounted directory has changed since they were started.
void Environments::drop_outdated(const Function& f) {
  const std::uint64_t stamp = service_.deps.functions->code_stamp(f.directory);
  std::vector<std::shared_ptr<Slot>> old;
  for (const auto& slot : slots_)
    if (!slot->busy && slot->generation == f.generation && slot->stamp != stamp) old.push_back(slot);
  for (const auto& slot : old) drop(slot);
}

/// Stops the environment that has been idle longest.
bool Environments::make_room() {
  std::shared_ptr<Slot> oldest;
  for (const auto& slot : slots_)
    if (!slot->busy && slot->type == InitType::on_demand &&
        (!oldest || slot->idle_since < oldest->idle_since))
      oldest = slot;
  if (oldest) drop(oldest);
  return oldest != nullptr;
}

void Environments::drop(const std::shared_ptr<Slot>& slot) {
  if (slot->reaper) service_.deps.loop.cancel(std::exchange(slot->reaper, 0));
  const bool known = std::erase(slots_, slot) > 0;
  if (!known) return;
  service_.deps.functions->stop(slot->id);
  slot->log->flush();
  freed_->raise_one();
  if (slot->type == InitType::provisioned)
    service_.deps.loop.post([this, arn = slot->function_arn] { fill(arn); });
}

void Environments::release(const std::shared_ptr<Slot>& slot, bool alive) {
  slot->busy = false;
  if (!alive || slot->retired) return drop(slot);
  Loop& loop = service_.deps.loop;
  slot->idle_since = loop.now();
  const Time end = slot->type == InitType::provisioned
                       ? slot->expires - kCredentialReserve
                       : slot->idle_since + service_.deps.settings.function_idle_timeout;
  slot->reaper = loop.at(end, [this, slot] {
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

void Environments::stop_all() {
  pools_.clear();
  for (const auto& slot : slots_) {
    if (slot->reaper) service_.deps.loop.cancel(slot->reaper);
    if (service_.deps.functions) service_.deps.functions->stop(slot->id);
    slot->log->close();
  }
  slots_.clear();
  freed_ = std::make_unique<Signal>(service_.deps.loop);
}

void Environments::set_provisioned(const std::string& arn, int count) {
  if (count <= 0)
    pools_.erase(arn);
  else
    pools_[arn] = Pool{count, {}};
  int surplus = provisioned(arn).allocated - count;
  const auto all = slots_;
  for (const auto& slot : all) {
    if (surplus <= 0) break;
    if (slot->type != InitType::provisioned || slot->function_arn != arn || slot->retired) continue;
    --surplus;
    slot->retired = true;
    if (!slot->busy) drop(slot);
  }
  fill(arn);
}

/// Starts what a provisioned pool lacks.
void Environments::fill(const std::string& arn) {
  const auto it = pools_.find(arn);
  const Function* f = it == pools_.end() ? nullptr : service_.find_arn(arn);
  if (!f || !service_.deps.functions || !it->second.failure.empty()) return;
  std::size_t total = 0;
  for (const auto& slot : slots_) total += slot->type == InitType::provisioned ? 1 : 0;
  for (int missing = it->second.requested - provisioned(arn).allocated; missing > 0; --missing) {
    if (++total > kMaxProvisioned) {
      it->second.failure = "Puddle starts at most " + std::to_string(kMaxProvisioned) +
                           " provisioned environments on a machine.";
      return;
    }
    release(start(*f, InitType::provisioned), true);
  }
}

Environments::Provisioned Environments::provisioned(const std::string& arn) const {
  Provisioned out;
  const auto it = pools_.find(arn);
  if (it != pools_.end()) out.requested = it->second.requested, out.reason = it->second.failure;
  for (const auto& slot : slots_) {
    if (slot->type != InitType::provisioned || slot->function_arn != arn || slot->retired) continue;
    ++out.allocated;
    if (slot->ready) ++out.available;
  }
  out.status = !out.reason.empty() ? "FAILED" : out.available >= out.requested ? "READY" : "IN_PROGRESS";
  return out;
}

Task<Result> Environments::run(std::string arn, Event event) {
  if (!service_.deps.functions) throw kServiceException("There is no host for functions here.");
  const Time patience = service_.deps.loop.now() + kMaxWait;
  const std::string limited = unqualified(arn);
  const FunctionFamily* family = service_.find_family(arn);
  if (!family || !service_.find_arn(arn)) throw user_error(kNotFound, "Function not found: " + arn);
  check_loop(*family, event.trace_id);
  concurrency.set_reserved(limited, family->reserved);
  if (const auto reason = concurrency.begin(limited)) throw throttled(*reason);
  const ConcurrencyCounts::Running running(concurrency, limited);
  std::shared_ptr<Slot> slot;
  std::optional<Function> function;
  while (!slot) {
    const Function* found = service_.choose(arn);
    if (!found) throw user_error(kNotFound, "Function not found: " + arn);
    function = *found;
    slot = take(*function);
    if (slot) break;
    if (service_.deps.loop.now() >= patience) throw throttled("ConcurrentInvocationLimitExceeded");
    Signal::Wait free(*freed_, patience);
    const Wake why = co_await free;
    if (why == Wake::gone) throw kServiceException("The emulator is stopping.");
  }
  event.trace_id = trace_of(event, *function, service_.deps.loop.now(), service_.deps.entropy);
  event.trace_id = with_invocation(event.trace_id, limited);
  slot->request_id = event.request_id;
  slot->trace = event.trace_id;
  slot->started = false;
  Invocation invocation;
  invocation.request_id = event.request_id;
  invocation.payload = event.payload;
  invocation.client_context = event.client_context;
  invocation.trace_header = event.trace_id;
  invocation.function_arn = arn;
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
  EnvironmentLog& log = *slot->log;
  slot->say_start();
  // A provisioned environment was initialised ahead: the time is not the invocation's.
  if (slot->type == InitType::provisioned) outcome.init_duration = {};
  log.platform(runtime_done_event(event.request_id, outcome, event.trace_id));
  if (outcome.kind == Kind::timed_out)
    log.text_only(iso8601(service_.deps.loop.now()) + " " + event.request_id + " Task timed out after " +
                  std::to_string(f.config.timeout) + ".00 seconds");
  log.platform(report_event(event.request_id, outcome, f.config.memory, event.trace_id));
  Result result;
  result.log = log.end();
  result.executed_version = f.config.version;
  const bool alive = outcome.environment_alive;
  result.outcome = std::move(outcome);
  release(slot, alive);
  return result;
}

}  // namespace puddle::lambda
