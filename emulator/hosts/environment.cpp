#include "hosts/environment.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "hosts/api_reply.hpp"

namespace puddle {
namespace {

namespace fs = std::filesystem;
using Kind = InvocationOutcome::Kind;

constexpr Duration kMemoryCheck = std::chrono::milliseconds(100);
constexpr std::size_t kMaxLine = 256 * 1024;
constexpr std::int64_t kMebibyte = 1 << 20;

std::chrono::microseconds since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
}

}  // namespace

Environment::Environment(HostContext& host, FunctionHost::EnvironmentId id, EnvironmentSpec spec,
                         FunctionHost::Events events)
    : host_(host),
      id_(id),
      spec_(std::move(spec)),
      events_(std::move(events)),
      extensions_(spec_, {[this] { progress(); },
                          [this](std::string name, std::string state, std::vector<std::string> wanted) {
                            say(extension_event(name, state, wanted));
                            if (events_.extension) events_.extension(name, state, std::move(wanted));
                          },
                          [this](std::string type) { fault(type, type); }}),
      telemetry_(host.loop),
      began_(Clock::now()) {
  output_.line = [this](std::string line) {
    telemetry_.line(Telemetry::Source::function, line, spec_.json_logs);
    if (events_.output) events_.output(std::move(line));
  };
}

Environment::~Environment() {
  cancel_timers();
  if (next_) next_(api_error(410, "Gone", "The environment has ended"));
  extension_processes_.clear();
  runtime_.reset();
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
}

void Environment::start() {
  directory_ = host_.scratch + "/environments/" + std::to_string(id_);
  prepare();
}

void Environment::prepare() {
  struct Work {
    EnvironmentSpec spec;
    std::string directory, zip;
    std::vector<std::string> layers;
    std::shared_ptr<HostContext::Prepared> out = std::make_shared<HostContext::Prepared>();
  };
  auto work = std::make_shared<Work>();
  const std::shared_ptr<HostContext::Shared> shared = host_.shared;
  work->spec = spec_;
  work->directory = directory_;
  if (spec_.code_directory.empty() && !shared->code.has(spec_.code_sha256)) work->zip = spec_.code_zip();
  std::string names;
  for (const CodeArchive& layer : spec_.layers) names += layer.sha256;
  const std::string opt = names.empty() ? std::string() : sha256_hex(names);
  if (!opt.empty() && !shared->layers.has(opt))
    for (const CodeArchive& layer : spec_.layers) work->layers.push_back(layer.zip());
  host_.pool.run(
      [work, shared, opt] {
        HostContext::Prepared& p = *work->out;
        const EnvironmentSpec& spec = work->spec;
        p.code = spec.code_directory.empty() ? shared->code.path(spec.code_sha256) : spec.code_directory;
        if (!work->zip.empty()) p.problem = shared->code.unpack(spec.code_sha256, {work->zip});
        if (!opt.empty()) p.opt = shared->layers.path(opt);
        if (p.problem.empty() && !work->layers.empty()) p.problem = shared->layers.unpack(opt, work->layers);
        p.problem_type = "Runtime.Unknown";
        if (!p.problem.empty()) return;
        std::error_code ignored;
        for (const char* name : {"/tmp", "/var"}) fs::create_directories(work->directory + name, ignored);
        const auto own = spec.variables.find("NODE_OPTIONS");
        p.command = shared->runtimes.command({spec.runtime, p.code, p.opt, spec.memory_mb,
                                              own == spec.variables.end() ? std::string() : own->second});
        p.problem_type = "Runtime.InvalidEntrypoint";
        p.problem = p.command.problem;
        const SandboxPaths paths{p.code,
                                 shared->runtimes.directory(),
                                 work->directory + "/tmp",
                                 p.opt,
                                 work->directory + "/var",
                                 p.command.interpreter,
                                 shared->hosts_file()};
        p.plan = make_sandbox_plan(shared->ability(), paths);
        if (!p.opt.empty())
          for (const auto& entry : fs::directory_iterator(p.opt + "/extensions", ignored))
            if (entry.is_regular_file(ignored)) p.extensions.push_back(entry.path().filename());
        std::sort(p.extensions.begin(), p.extensions.end());
      },
      [work, weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->prepared_ = work->out;
        self->launch(Phase::init);
      });
}

std::map<std::string, std::string> Environment::variables(bool for_runtime) const {
  const HostContext::Prepared& p = *prepared_;
  std::map<std::string, std::string> v = spec_.variables;
  if (for_runtime) v.merge(std::map(Runtimes::variables(p.command, p.plan)));
  v.emplace("PATH", Runtimes::search_path(p.plan));
  v["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:" + std::to_string(api_->port());
  v["LAMBDA_TASK_ROOT"] = p.plan.task;
  v["LAMBDA_RUNTIME_DIR"] = p.plan.runtime;
  v["_HANDLER"] = spec_.handler;
  v["PWD"] = p.plan.task;
  v.emplace("HOME", p.plan.tmp);
  if (!p.plan.isolated) v.emplace("TMPDIR", p.plan.tmp);
  return v;
}

void Environment::launch(Phase phase) {
  ++launches_;
  phase_ = phase;
  state_ = State::starting;
  began_ = Clock::now();
  if (phase == Phase::invoke) invoked_ = began_;
  memory_killed_ = runtime_launched_ = false;
  last_request_.clear();
  telemetry_.begin_init();
  say(init_start_event(spec_, type()));
  if (!prepared_->problem.empty())
    return fail_init(prepared_->problem_type,
                     error_json(prepared_->problem_type, error_message(prepared_->problem)), false);
  if (!api_ && !open_api())
    return fail_init("Runtime.Unknown", error_json("Runtime.Unknown", error_message(problem_)), false);
  const Duration limit = phase == Phase::init ? spec_.init_limit : spec_.timeout;
  deadline_ = host_.loop.now() + limit;
  limit_timer_ = host_.loop.at(deadline_, [this] { limit_timer_ = 0, time_out(); });
  memory_timer_ = host_.loop.at(host_.loop.now() + kMemoryCheck, [this] { check_memory(); });
  extensions_.reset(prepared_->extensions);
  launch_extensions();
  progress();
}

void Environment::launch_extensions() {
  for (const std::string& name : prepared_->extensions) {
    auto lines = std::make_unique<Lines>();
    lines->line = [this](std::string line) {
      telemetry_.line(Telemetry::Source::extension, line, spec_.json_logs);
      if (events_.output) events_.output(std::move(line));
    };
    ChildProcess::Options options;
    options.command = {prepared_->plan.opt + "/extensions/" + name};
    options.directory = "/";
    options.environment = variables(false);
    options.sandbox = &prepared_->plan;
    ChildProcess::Events events;
    events.output = [to = lines.get()](std::string_view bytes) { to->add(bytes); };
    events.exited = [this, name](int status) { on_extension_exit(name, status); };
    extension_output_[name] = std::move(lines);
    auto started = ChildProcess::start(host_.loop, options, std::move(events));
    if (!started) return fault("Extension.LaunchError", started.error().message);
    extension_processes_[name] = std::move(*started);
  }
}

ChildProcess::Events Environment::runtime_events() {
  ChildProcess::Events events;
  // A process may outlive its environment by a moment.
  events.output = [weak = weak_from_this()](std::string_view bytes) {
    if (const auto self = weak.lock()) self->output_.add(bytes);
  };
  events.exited = [weak = weak_from_this()](int status) {
    if (const auto self = weak.lock()) self->on_runtime_exit(status);
  };
  return events;
}

void Environment::launch_runtime() {
  runtime_launched_ = true;
  const HostContext::Prepared& p = *prepared_;
  ChildProcess::Options options;
  options.command = p.command.words_in(p.plan);
  options.directory = p.plan.task;
  options.environment = variables(true);
  options.sandbox = &p.plan;
  std::string& wrapper = options.environment["AWS_LAMBDA_EXEC_WRAPPER"];
  const bool wrapped = !wrapper.empty() && p.command.managed;
  if (wrapped) {
    if (wrapper.starts_with("/opt/") && !p.plan.opt.empty()) wrapper = p.plan.opt + wrapper.substr(4);
    options.command.insert(options.command.begin(), wrapper);
  } else if (wrapper.empty()) {
    options.environment.erase("AWS_LAMBDA_EXEC_WRAPPER");
  }
  if (p.command.pool == Runtimes::Command::Pool::python && !wrapped) {
    PythonPool::Request request;
    request.environment = options.environment;
    request.command = options.command;
    request.directory = options.directory;
    request.plan = p.plan;
    host_.python_pool(p.command.interpreter)
        .start(std::move(request), runtime_events(),
               [weak = weak_from_this(), launch = launches_,
                options](std::unique_ptr<ChildProcess> child) mutable {
                 const auto self = weak.lock();
                 if (!self || self->launches_ != launch || self->state_ != State::starting) return;
                 if (child) return self->adopt_runtime(std::move(child));
                 options.sandbox = &self->prepared_->plan;
                 auto started = ChildProcess::start(self->host_.loop, options, self->runtime_events());
                 if (!started) return self->fault("Runtime.InvalidEntrypoint", started.error().message);
                 self->adopt_runtime(std::move(*started));
               });
    return;
  }
  if (p.command.pool == Runtimes::Command::Pool::node && !wrapped) {
    const NodePool::Request request{options.command, options.environment, options.directory, &p.plan};
    const std::vector<std::string> program(options.command.begin(), options.command.end() - 1);
    if (auto child = host_.node_pool(program).take(request, runtime_events()))
      return adopt_runtime(std::move(child));
  }
  auto started = ChildProcess::start(host_.loop, options, runtime_events());
  if (!started) return fault("Runtime.InvalidEntrypoint", started.error().message);
  adopt_runtime(std::move(*started));
}

void Environment::adopt_runtime(std::unique_ptr<ChildProcess> child) { runtime_ = std::move(child); }

/// Goes on when everybody whom the present state waits for is there.
void Environment::progress() {
  if (state_ == State::starting) {
    if (!runtime_launched_ && extensions_.all_registered()) launch_runtime();
    if (state_ != State::starting || !next_ || !extensions_.all_waiting()) return;
    extensions_.close_registration();
    telemetry_.end_init();
    if (phase_ == Phase::init) {
      cancel_timers();
      init_ = since(began_);
    }
    say(init_runtime_done_event(type(), nullptr));
    say(init_report_event(type(), nullptr, since(began_)));
    state_ = State::idle;
    if (events_.initialized) events_.initialized();
  } else if (state_ == State::settling) {
    if (!next_ || !extensions_.all_waiting()) return;
    cancel_timers();
    state_ = State::idle;
  }
  if (state_ == State::idle && invocation_) deliver();
}

void Environment::invoke(Invocation invocation, Done done) {
  invocation_ = std::move(invocation);
  done_ = std::move(done);
  if (state_ == State::idle) {
    const auto keep = shared_from_this();
    deliver();
  } else if (state_ == State::broken) {
    // done is never called before invoke returns.
    host_.loop.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->state_ == State::broken && self->invocation_) self->launch(Phase::invoke);
    });
  }
}

void Environment::deliver() {
  state_ = State::busy;
  // An init inside the invocation has taken part of its time.
  const bool restarted = limit_timer_ != 0;
  if (!restarted) {
    invoked_ = Clock::now();
    deadline_ = host_.loop.now() + spec_.timeout;
    limit_timer_ = host_.loop.at(deadline_, [this] { limit_timer_ = 0, time_out(); });
    memory_timer_ = host_.loop.at(host_.loop.now() + kMemoryCheck, [this] { check_memory(); });
  }
  if (events_.delivered) events_.delivered();
  const Invocation& i = *invocation_;
  say(start_event(i.request_id, spec_.version, i.trace_header));
  extensions_.invoke(i, arn(), deadline_);
  HttpResponse r = api_reply(200, std::move(invocation_->payload));
  r.headers.add("Lambda-Runtime-Aws-Request-Id", i.request_id);
  r.headers.add("Lambda-Runtime-Deadline-Ms", std::to_string(to_millis(deadline_)));
  r.headers.add("Lambda-Runtime-Invoked-Function-Arn", arn());
  if (!i.trace_header.empty()) r.headers.add("Lambda-Runtime-Trace-Id", i.trace_header);
  if (!i.client_context.empty()) r.headers.add("Lambda-Runtime-Client-Context", i.client_context);
  if (!i.cognito_identity.empty()) r.headers.add("Lambda-Runtime-Cognito-Identity", i.cognito_identity);
  std::exchange(next_, nullptr)(std::move(r));
}

/// Answers the invocation; the environment settles until everybody waits for the next one.
void Environment::finish(InvocationOutcome outcome) {
  const auto keep = shared_from_this();  // the callback may stop this environment
  if (runtime_) {
    runtime_->drain();
    peak_ = std::max(peak_, runtime_->peak_memory());
  }
  output_.flush();
  outcome.duration = since(invoked_);
  outcome.init_duration = std::exchange(init_, {});
  outcome.max_memory_mb = (peak_ + kMebibyte - 1) / kMebibyte;
  const std::string trace = invocation_->trace_header;
  last_request_ = invocation_->request_id;
  invocation_.reset();
  say(runtime_done_event(last_request_, outcome, trace));
  say(report_event(last_request_, outcome, spec_.memory_mb, trace));
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(outcome));
}

void Environment::cancel_timers() {
  for (Loop::TimerId* timer : {&limit_timer_, &memory_timer_, &close_timer_})
    if (*timer) host_.loop.cancel(std::exchange(*timer, 0));
}

void Environment::Lines::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::size_t take = std::min(end, kMaxLine - partial.size());
    partial.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    if (!bytes.empty() && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      line(std::exchange(partial, {}));
    } else if (partial.size() >= kMaxLine) {
      flush();
    }
  }
}

void Environment::Lines::flush() {
  if (!partial.empty()) line(std::exchange(partial, {}));
}

}  // namespace puddle
