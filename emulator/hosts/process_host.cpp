#include "hosts/process_host.hpp"

#include <filesystem>
#include <optional>

#include "base/log.hpp"
#include "base/text.hpp"
#include "hosts/child_process.hpp"

namespace puddle {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Kind = InvocationOutcome::Kind;

constexpr Duration kInitLimit = std::chrono::seconds(10);
constexpr Duration kMemoryCheck = std::chrono::milliseconds(100);
constexpr std::size_t kMaxResponse = 6'291'556;
constexpr std::size_t kMaxLine = 256 * 1024;
constexpr std::int64_t kMebibyte = 1 << 20;

std::string error_json(std::string_view type, std::string_view message) {
  std::string out = "{\"errorType\":";
  append_json_string(out, type);
  out += ",\"errorMessage\":";
  append_json_string(out, message);
  return out + "}";
}

HttpResponse reply(int status, std::string body) {
  HttpResponse r;
  r.status = status;
  r.headers.add("Content-Type", "application/json");
  r.body = std::move(body);
  return r;
}
HttpResponse accepted() { return reply(202, "{\"status\":\"OK\"}\n"); }

std::chrono::microseconds since(Clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
}

}  // namespace

/// One environment: starting -> idle (the runtime waits in `next`) <-> busy -> gone.
class ProcessHost::Environment : public std::enable_shared_from_this<Environment> {
 public:
  Environment(ProcessHost& host, EnvironmentSpec spec, Events events)
      : host_(host), spec_(std::move(spec)), events_(std::move(events)), began_(Clock::now()) {}
  ~Environment() {
    cancel_timers();
    if (next_) next_(reply(410, error_json("Gone", "The environment has ended")));
    child_.reset();
    std::error_code ignored;
    if (!directory_.empty()) fs::remove_all(directory_, ignored);
  }

  void prepare(EnvironmentId id);
  void invoke(Invocation invocation, std::function<void(InvocationOutcome)> done) {
    invocation_ = std::move(invocation);
    done_ = std::move(done);
    if (failed_) {
      host_.loop_.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->end(*self->failed_);
      });
      return;
    }
    if (!ready_)
      init_timer_ = host_.loop_.at(host_.loop_.now() + kInitLimit + spec_.timeout, [this] {
        init_timer_ = 0;
        time_out();
      });
    else
      deliver();
  }
  /// No callback after this.
  void silence() {
    events_ = {};
    done_ = {};
    cancel_timers();
  }

 private:
  void spawn(Runtimes::Command command);
  void serve(const HttpRequest& request, const Respond& respond);
  void take_next(const Respond& respond);
  void deliver();
  void take_result(const HttpRequest& request, bool good, const Respond& respond);
  void take_init_error(const HttpRequest& request, const Respond& respond);
  void time_out();
  void check_memory();
  void on_output(std::string_view bytes);
  void flush_line();
  void on_exit(int status);
  void finish(InvocationOutcome outcome);
  /// The environment is of no use any more: answers the invocation, if there is one, and says goodbye.
  void end(InvocationOutcome outcome);
  void fail(std::string type, const std::string& message);
  void cancel_timers() {
    for (Loop::TimerId* timer : {&init_timer_, &deadline_timer_, &memory_timer_}) {
      if (*timer) host_.loop_.cancel(*timer);
      *timer = 0;
    }
  }
  std::string request_id() const { return invocation_ ? invocation_->request_id : std::string(); }

  ProcessHost& host_;
  EnvironmentSpec spec_;
  Events events_;
  EnvironmentId id_ = 0;
  std::string directory_;
  std::unique_ptr<Listener> api_;
  std::unique_ptr<ChildProcess> child_;
  std::optional<InvocationOutcome> failed_;  // before there was an invocation to tell
  std::optional<Invocation> invocation_;     // waiting or running
  std::function<void(InvocationOutcome)> done_;
  Respond next_;  // the runtime waits for an event
  bool ready_ = false, running_ = false, timed_out_ = false;
  std::string line_;
  Clock::time_point began_, invoked_;
  std::chrono::microseconds init_{0};
  Loop::TimerId init_timer_ = 0, deadline_timer_ = 0, memory_timer_ = 0;
};

void ProcessHost::Environment::prepare(EnvironmentId id) {
  id_ = id;
  struct Work {
    std::string sha, runtime, zip, problem;
    Runtimes::Command command;
  };
  auto work = std::make_shared<Work>();
  work->sha = spec_.code_sha256;
  work->runtime = spec_.runtime;
  const std::shared_ptr<Shared> shared = host_.shared_;
  if (!shared->code.has(work->sha)) work->zip = spec_.code_zip();
  host_.pool_.run(
      [work, shared] {
        if (!work->zip.empty()) work->problem = shared->code.unpack(work->sha, work->zip);
        if (work->problem.empty())
          work->command = shared->runtimes.command(work->runtime, shared->code.path(work->sha));
      },
      [work, weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        if (!work->problem.empty()) return self->fail("Runtime.Unknown", work->problem);
        if (!work->command.problem.empty())
          return self->fail("Runtime.InvalidEntrypoint", work->command.problem);
        self->spawn(std::move(work->command));
      });
}

void ProcessHost::Environment::spawn(Runtimes::Command command) {
  ListenOptions listen;
  listen.max_connections = 16;
  listen.max_body_bytes = kMaxResponse + 1024 * 1024;
  listen.idle_timeout = std::chrono::hours(24);  // a handler may run for 15 minutes between two requests
  auto opened = host_.http_.listen(
      listen, [weak = weak_from_this()](const HttpRequest& request, const Respond& respond) {
        if (const auto self = weak.lock()) self->serve(request, respond);
      });
  if (!opened) return fail("Runtime.Unknown", "cannot open the Runtime API: " + opened.error().message);
  api_ = std::move(*opened);
  const std::string code = host_.shared_->code.path(spec_.code_sha256);
  directory_ = host_.scratch_ + "/environments/" + std::to_string(id_);
  std::error_code ignored;
  fs::create_directories(directory_ + "/tmp", ignored);

  ChildProcess::Options options;
  options.command = std::move(command.words);
  options.directory = code;
  options.environment = spec_.variables;
  options.environment.merge(command.environment);
  options.environment["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:" + std::to_string(api_->port());
  options.environment["LAMBDA_TASK_ROOT"] = code;
  options.environment["LAMBDA_RUNTIME_DIR"] = host_.scratch_ + "/runtimes";
  options.environment["_HANDLER"] = spec_.handler;
  options.environment["PWD"] = code;
  options.environment.emplace("HOME", directory_);
  options.environment.emplace("TMPDIR", directory_ + "/tmp");
  ChildProcess::Events events;
  events.output = [this](std::string_view bytes) { on_output(bytes); };
  events.exited = [this](int status) { on_exit(status); };
  auto started = ChildProcess::start(host_.loop_, options, std::move(events));
  if (!started) return fail("Runtime.InvalidEntrypoint", started.error().message);
  child_ = std::move(*started);
}

void ProcessHost::Environment::serve(const HttpRequest& request, const Respond& respond) {
  constexpr std::string_view kBase = "/2018-06-01/runtime/";
  const std::string_view path = request.path();
  if (!path.starts_with(kBase))
    return respond(reply(404, error_json("InvalidPath", "There is no " + std::string(path) +
                                                            " in the Runtime API of Puddle")));
  const std::string_view rest = path.substr(kBase.size());
  if (request.method == "GET" && rest == "invocation/next") return take_next(respond);
  if (request.method == "POST" && rest == "init/error") return take_init_error(request, respond);
  const auto parts = split(rest, '/');
  if (request.method == "POST" && parts.size() == 3 && parts[0] == "invocation" &&
      (parts[2] == "response" || parts[2] == "error")) {
    if (!running_ || parts[1] != request_id())
      return respond(reply(400, error_json("InvalidRequestID", "Invalid request ID")));
    return take_result(request, parts[2] == "response", respond);
  }
  respond(reply(404, error_json("InvalidPath", "There is no " + std::string(path) + " in the Runtime API")));
}

void ProcessHost::Environment::take_next(const Respond& respond) {
  if (running_)
    return respond(reply(403, error_json("InvalidStateTransition", "State transition is not allowed")));
  // A runtime that asks again has given up its first connection.
  if (next_)
    std::exchange(next_,
                  nullptr)(reply(403, error_json("InvalidStateTransition", "There is a newer request")));
  if (!ready_) init_ = since(began_);
  ready_ = true;
  if (init_timer_) host_.loop_.cancel(std::exchange(init_timer_, 0));
  next_ = respond;
  if (invocation_) deliver();
}

void ProcessHost::Environment::deliver() {
  if (!next_) return;  // the runtime has not come back from the last event yet; take_next goes on
  running_ = true;
  invoked_ = Clock::now();
  const Time deadline = host_.loop_.now() + spec_.timeout;
  HttpResponse r = reply(200, std::move(invocation_->payload));
  r.headers.add("Lambda-Runtime-Aws-Request-Id", invocation_->request_id);
  r.headers.add("Lambda-Runtime-Deadline-Ms", std::to_string(to_millis(deadline)));
  r.headers.add("Lambda-Runtime-Invoked-Function-Arn", spec_.function_arn);
  if (!invocation_->trace_header.empty()) r.headers.add("Lambda-Runtime-Trace-Id", invocation_->trace_header);
  if (!invocation_->client_context.empty())
    r.headers.add("Lambda-Runtime-Client-Context", invocation_->client_context);
  deadline_timer_ = host_.loop_.at(deadline, [this] {
    deadline_timer_ = 0;
    time_out();
  });
  memory_timer_ = host_.loop_.at(host_.loop_.now() + kMemoryCheck, [this] { check_memory(); });
  std::exchange(next_, nullptr)(std::move(r));
}

void ProcessHost::Environment::take_result(const HttpRequest& request, bool good, const Respond& respond) {
  InvocationOutcome out;
  if (good && request.body.size() > kMaxResponse) {
    respond(reply(
        413, error_json("RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes).")));
    out.kind = Kind::function_error;
    out.error_type = "Function.ResponseSizeTooLarge";
    out.payload =
        "{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\","
        "\"errorType\":\"Function.ResponseSizeTooLarge\"}";
    return finish(std::move(out));
  }
  respond(accepted());
  out.kind = good ? Kind::ok : Kind::function_error;
  if (!good) out.error_type = request.headers.get("Lambda-Runtime-Function-Error-Type", "Unhandled");
  out.payload = request.body;
  finish(std::move(out));
}

void ProcessHost::Environment::take_init_error(const HttpRequest& request, const Respond& respond) {
  respond(accepted());
  if (ready_) return;
  InvocationOutcome out;
  out.kind = Kind::init_error;
  out.error_type = request.headers.get("Lambda-Runtime-Function-Error-Type", "Runtime.Unknown");
  out.payload = request.body;
  out.init_duration = since(began_);
  if (child_) child_->kill();
  end(std::move(out));
}

void ProcessHost::Environment::time_out() {
  timed_out_ = true;
  InvocationOutcome out;
  out.kind = Kind::timed_out;
  out.error_type = "Sandbox.Timedout";
  const auto hundredths = spec_.timeout.count() / 10;
  std::string seconds = std::to_string(hundredths % 100);
  seconds = std::to_string(hundredths / 100) + "." + (seconds.size() < 2 ? "0" + seconds : seconds);
  out.payload = error_json(
      out.error_type, "RequestId: " + request_id() + " Error: Task timed out after " + seconds + " seconds");
  if (child_) child_->kill();
  end(std::move(out));
}

void ProcessHost::Environment::check_memory() {
  memory_timer_ = 0;
  if (!running_ || !child_) return;
  // The kernel would say the same of a control group: killed, and the exit is reported as such.
  if (child_->memory() > spec_.memory_mb * kMebibyte) return child_->kill();
  memory_timer_ = host_.loop_.at(host_.loop_.now() + kMemoryCheck, [this] { check_memory(); });
}

void ProcessHost::Environment::on_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::size_t take = std::min(std::min(end, bytes.size()), kMaxLine - line_.size());
    line_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    if (!bytes.empty() && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      flush_line();
    } else if (line_.size() >= kMaxLine) {
      flush_line();
    }
  }
}

void ProcessHost::Environment::flush_line() {
  std::string line = std::exchange(line_, {});
  if (events_.output) events_.output(std::move(line));
}

void ProcessHost::Environment::on_exit(int status) {
  InvocationOutcome out;
  out.kind = Kind::exited;
  out.error_type = "Runtime.ExitError";
  const std::string how = describe_exit(status);
  out.payload = error_json(out.error_type, "RequestId: " + request_id() + " Error: " +
                                               (status == 0 ? "Runtime exited without providing a reason"
                                                            : "Runtime exited with error: " + how));
  if (!ready_) out.init_duration = since(began_);
  end(std::move(out));
}

void ProcessHost::Environment::finish(InvocationOutcome outcome) {
  const auto keep = shared_from_this();  // a callback may stop this environment
  if (child_) child_->drain();
  if (!line_.empty()) flush_line();
  if (running_) outcome.duration = since(invoked_);
  if (outcome.init_duration.count() == 0) outcome.init_duration = std::exchange(init_, {});
  if (child_) outcome.max_memory_mb = (child_->peak_memory() + kMebibyte - 1) / kMebibyte;
  cancel_timers();
  running_ = false;
  invocation_.reset();
  const auto done = std::exchange(done_, nullptr);
  if (done) done(std::move(outcome));
}

void ProcessHost::Environment::end(InvocationOutcome outcome) {
  const auto keep = shared_from_this();
  outcome.environment_alive = false;
  const bool told = static_cast<bool>(done_);
  if (!told) failed_ = outcome;
  const std::string reason = outcome.payload;
  finish(std::move(outcome));
  if (told) {
    host_.environments_.erase(id_);
    const auto exited = std::exchange(events_, {}).exited;
    if (exited) exited(reason);
  } else if (ready_) {  // it died while it was idle
    host_.environments_.erase(id_);
    if (const auto exited = std::exchange(events_, {}).exited) exited(reason);
  }
}

void ProcessHost::Environment::fail(std::string type, const std::string& message) {
  InvocationOutcome out;
  out.kind = Kind::init_error;
  out.error_type = std::move(type);
  out.payload = error_json(out.error_type, "RequestId: " + request_id() + " Error: " + message);
  end(std::move(out));
}

ProcessHost::ProcessHost(AsioLoop& loop, HttpServer& http, Pool& pool, std::string scratch)
    : loop_(loop),
      http_(http),
      pool_(pool),
      scratch_(std::move(scratch)),
      shared_(std::make_shared<Shared>(scratch_)) {}

ProcessHost::~ProcessHost() {
  for (auto& [id, environment] : environments_) environment->silence();
}

FunctionHost::EnvironmentId ProcessHost::start(EnvironmentSpec spec, Events events) {
  const EnvironmentId id = next_++;
  auto environment = std::make_shared<Environment>(*this, std::move(spec), std::move(events));
  environments_[id] = environment;
  environment->prepare(id);
  return id;
}

void ProcessHost::invoke(EnvironmentId id, Invocation invocation,
                         std::function<void(InvocationOutcome)> done) {
  const auto it = environments_.find(id);
  if (it != environments_.end()) return it->second->invoke(std::move(invocation), std::move(done));
  InvocationOutcome gone;
  gone.kind = Kind::exited;
  gone.error_type = "Runtime.ExitError";
  gone.environment_alive = false;
  gone.payload = error_json(gone.error_type, "RequestId: " + invocation.request_id +
                                                 " Error: Runtime exited without providing a reason");
  loop_.post([gone, done = std::move(done)] { done(gone); });
}

void ProcessHost::stop(EnvironmentId id) {
  const auto it = environments_.find(id);
  if (it == environments_.end()) return;
  const auto environment = std::move(it->second);
  environments_.erase(it);
  environment->silence();
}

}  // namespace puddle
