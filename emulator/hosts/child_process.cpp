#include "hosts/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "base/log.hpp"
#include "base/text.hpp"

namespace puddle {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Everything the child needs, prepared before the fork: between fork and exec only system calls are allowed.
struct Prepared {
  const char* path;
  char* const* argv;
  char* const* environment;
  const char* directory;
  int output;
  int null;
};

[[noreturn]] void become(const Prepared& p) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::dup2(p.null, 0) < 0 || ::dup2(p.output, 1) < 0 || ::dup2(p.output, 2) < 0) ::_exit(126);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  // Ignored signals and the mask are inherited over exec.
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(p.directory) != 0) ::_exit(126);
  ::execve(p.path, p.argv, p.environment);
  ::_exit(errno == ENOENT ? 127 : 126);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
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
  bool reaped = false, detached = false;

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
      self->drain();
      if (self->detached) return;
      int status = 0;
      ::waitpid(self->pid, &status, 0);
      self->reaped = true;
      ::kill(-self->pid, SIGKILL);  // children that it left behind
      error_code ignored;
      self->output.close(ignored);
      if (self->events.exited) self->events.exited(status);
    });
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
    ::kill(impl_->pid, SIGKILL);
    ::waitpid(impl_->pid, nullptr, 0);
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
  const Prepared prepared{command[0].c_str(),        argv.data(), envp.data(),
                          options.directory.c_str(), pipe[1],     null};
  // vfork: the daemon may hold gigabytes of messages, whose page tables fork would copy.
  const pid_t pid = ::vfork();
  if (pid == 0) become(prepared);
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

void ChildProcess::kill() {
  if (impl_->reaped) return;
  ::kill(-impl_->pid, SIGKILL);
  ::kill(impl_->pid, SIGKILL);  // should it not have come to its setpgid yet
}

void ChildProcess::drain() { impl_->drain(); }
std::int64_t ChildProcess::memory() const { return impl_->reaped ? 0 : status_line(impl_->pid, "VmRSS"); }
std::int64_t ChildProcess::peak_memory() const {
  return impl_->reaped ? 0 : status_line(impl_->pid, "VmHWM");
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
