#include "hosts/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>

#include "base/log.hpp"
#include "base/text.hpp"

namespace puddle {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kMaxFamily = 64;  // processes of one environment that are looked at

/// Everything the child needs, prepared before the fork: between fork and exec only system calls are allowed.
struct Prepared {
  const char* path;
  char* const* argv;
  char* const* environment;
  const char* directory;
  int output;
  int null;
  int channel;
  const SandboxPlan* sandbox;
};

int become(void* argument) {
  const Prepared& p = *static_cast<const Prepared*>(argument);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::dup2(p.null, 0) < 0 || ::dup2(p.output, 1) < 0 || ::dup2(p.output, 2) < 0) ::_exit(126);
  unsigned keep = 3;
  if (p.channel >= 0) {
    if (p.channel == 3 ? ::fcntl(3, F_SETFD, 0) < 0 : ::dup2(p.channel, 3) < 0) ::_exit(126);
    keep = 4;
  }
  ::syscall(SYS_close_range, keep, ~0U, 0U);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  // Ignored signals and the mask are inherited over exec.
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (p.sandbox && enter_sandbox(*p.sandbox) != 0) ::_exit(126);
  if (::chdir(p.directory) != 0) ::_exit(126);
  ::execve(p.path, p.argv, p.environment);
  ::_exit(errno == ENOENT ? 127 : 126);
}

/// Whether the process behind the pidfd has ended.
bool ended_now(int pidfd) {
  pollfd one{pidfd, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& t : texts) out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

/// The value of a line like "VmHWM:  12345 kB" of /proc/PID/status, in bytes.
std::int64_t status_line(pid_t pid, std::string_view name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    const std::string_view rest = trim(std::string_view(line).substr(name.size() + 1));
    return parse_int(rest.substr(0, rest.find(' '))).value_or(0) * 1024;
  }
  return 0;
}

}  // namespace

struct ChildProcess::Impl : std::enable_shared_from_this<ChildProcess::Impl> {
  explicit Impl(asio::io_context& context) : output(context), exit(context) {}
  pid_t pid = 0;
  asio::posix::stream_descriptor output, exit;
  Events events;
  std::array<char, 16384> buffer{};
  bool reaped = false, detached = false, adopted = false, ended = false;
  std::int64_t shared = 0;
  std::optional<int> status;

  void read() {
    output.async_read_some(asio::buffer(buffer),
                           [self = shared_from_this()](error_code error, std::size_t n) {
                             if (error || self->detached) return;
                             if (self->events.output)
                               self->events.output(std::string_view(self->buffer.data(), n));
                             if (!self->detached) self->read();
                           });
  }
  void watch() {
    exit.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](error_code error) {
      if (error || self->detached) return;
      // Asio may say so without a reason: it gives the state of a descriptor that was closed to the next one,
      // with the events that still wait for it. Waiting for a process that lives would stop the engine.
      if (!ended_now(self->exit.native_handle())) return self->watch();
      self->drain();
      if (self->detached) return;
      if (self->adopted) {
        // Whoever forked it says how it ended; should that process be gone too, it was killed with it.
        self->ended = true;
        if (self->status) self->finish(*self->status);
        return;
      }
      int how = 0;
      ::waitpid(self->pid, &how, 0);
      self->finish(how);
    });
  }
  void finish(int how) {
    if (reaped) return;
    reaped = true;
    ::kill(-pid, SIGKILL);  // children that it left behind
    error_code ignored;
    output.close(ignored);
    if (events.exited) events.exited(how);
  }
  void drain() {
    std::array<char, 16384> more{};
    while (!detached && output.is_open()) {
      const ssize_t n = ::read(output.native_handle(), more.data(), more.size());
      if (n <= 0) return;
      if (events.output) events.output(std::string_view(more.data(), static_cast<std::size_t>(n)));
    }
  }
};

ChildProcess::ChildProcess(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ChildProcess::~ChildProcess() {
  impl_->detached = true;
  if (!impl_->reaped) {
    // SIGKILL takes effect at once, so this wait is short.
    ::kill(-impl_->pid, SIGKILL);
    if (!impl_->adopted || !impl_->status) ::kill(impl_->pid, SIGKILL);
    if (!impl_->adopted) ::waitpid(impl_->pid, nullptr, 0);
  }
  error_code ignored;
  impl_->output.close(ignored);
  impl_->exit.close(ignored);
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(AsioLoop& loop, const Options& options,
                                                          Events events) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return Failure(std::string("pipe: ") + std::strerror(errno));
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::vector<std::string> command = options.command, environment;
  for (const auto& [name, value] : options.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> argv = pointers(command), envp = pointers(environment);
  Prepared prepared{command[0].c_str(), argv.data(),    envp.data(), options.directory.c_str(), pipe[1], null,
                    options.channel,    options.sandbox};
  // Not fork: the daemon may hold gigabytes of messages, whose page tables it would copy.
  const pid_t pid = spawn_shared(become, &prepared, options.sandbox ? namespaces_of(*options.sandbox) : 0);
  const int problem = errno;
  ::close(pipe[1]);
  ::close(null);
  if (pid < 0) {
    ::close(pipe[0]);
    return Failure(std::string("fork: ") + std::strerror(problem));
  }
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  auto impl = std::make_shared<Impl>(loop.context());
  impl->pid = pid;
  impl->events = std::move(events);
  impl->output.assign(pipe[0]);
  impl->exit.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  impl->read();
  impl->watch();
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(impl)));
}

std::unique_ptr<ChildProcess> ChildProcess::adopt(AsioLoop& loop, pid_t pid, int output, std::int64_t shared,
                                                  Events events) {
  ::fcntl(output, F_SETFL, O_NONBLOCK);
  auto impl = std::make_shared<Impl>(loop.context());
  impl->pid = pid;
  impl->adopted = true;
  impl->shared = shared;
  impl->events = std::move(events);
  impl->output.assign(output);
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0)
    impl->exit.assign(fd);
  else
    impl->ended = true;  // it is gone already; its status is on the way
  impl->read();
  if (fd >= 0) impl->watch();
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(impl)));
}

std::function<void(int)> ChildProcess::exit_reporter() const {
  return [weak = std::weak_ptr(impl_)](int status) {
    const auto impl = weak.lock();
    if (!impl || impl->status) return;
    impl->status = status;
    if (!impl->ended) return;  // its end has not been seen yet
    impl->drain();
    if (!impl->detached) impl->finish(status);
  };
}

void ChildProcess::kill() {
  if (!running()) return;
  ::kill(-impl_->pid, SIGKILL);
  ::kill(impl_->pid, SIGKILL);  // should it not have come to its setpgid yet
}

void ChildProcess::terminate() {
  if (running()) ::kill(-impl_->pid, SIGTERM);
}

bool ChildProcess::running() const { return !impl_->reaped && !impl_->status; }

void ChildProcess::set_events(Events events) { impl_->events = std::move(events); }

void ChildProcess::drain() { impl_->drain(); }

std::int64_t ChildProcess::memory() const {
  if (impl_->reaped) return 0;
  std::int64_t total = 0;
  std::vector<pid_t> all{impl_->pid};
  for (std::size_t i = 0; i < all.size() && i < kMaxFamily; ++i) {
    total += status_line(all[i], "VmRSS");
    const std::string id = std::to_string(all[i]);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    for (pid_t child = 0; children >> child;) all.push_back(child);
  }
  return std::max<std::int64_t>(0, total - impl_->shared);
}

std::int64_t ChildProcess::peak_memory() const {
  return impl_->reaped ? 0 : std::max<std::int64_t>(0, status_line(impl_->pid, "VmHWM") - impl_->shared);
}
pid_t ChildProcess::pid() const { return impl_->pid; }

std::string describe_exit(int status) {
  if (WIFEXITED(status)) return "exit status " + std::to_string(WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return "unknown";
  std::string name = ::strsignal(WTERMSIG(status));
  if (!name.empty()) name[0] = static_cast<char>(::tolower(name[0]));
  return "signal: " + name;
}

}  // namespace puddle
