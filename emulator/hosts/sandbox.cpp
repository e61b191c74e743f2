#include "hosts/sandbox.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/text.hpp"

// <sys/mount.h> and <linux/mount.h> do not go together.
extern "C" int mount(const char* source, const char* target, const char* type, unsigned long flags,
                     const void* data) noexcept;

namespace puddle {
namespace {

namespace fs = std::filesystem;
using Kind = SandboxStep::Kind;

constexpr unsigned long kBind = MS_BIND, kBindAll = MS_BIND | MS_REC;
constexpr std::size_t kStack = 64 * 1024;

/// Writes a number map of a user namespace: our own id to itself. Without snprintf: we are between fork and
/// exec.
bool write_map(const char* file, unsigned id) {
  std::array<char, 40> text{};
  std::size_t n = 0;
  const auto number = [&](unsigned value) {
    std::array<char, 12> digits{};
    std::size_t count = 0;
    do digits[count++] = static_cast<char>('0' + value % 10);
    while ((value /= 10) > 0);
    while (count > 0) text[n++] = digits[--count];
  };
  number(id);
  text[n++] = ' ';
  number(id);
  text[n++] = ' ';
  number(1);
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool good = ::write(fd, text.data(), n) == static_cast<ssize_t>(n);
  ::close(fd);
  return good;
}

bool deny_groups() {
  const int fd = ::open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  const bool good = ::write(fd, "deny", 4) == 4;
  ::close(fd);
  return good;
}

int set_attributes(const char* target, unsigned flags, std::uint64_t set, std::uint64_t clear) {
  mount_attr attributes{};
  attributes.attr_set = set;
  attributes.attr_clr = clear;
  return ::syscall(SYS_mount_setattr, AT_FDCWD, target, flags, &attributes, sizeof attributes) == 0 ? 0
                                                                                                    : errno;
}

int take(const SandboxStep& s) {
  switch (s.kind) {
    case Kind::mount:
      return ::mount(s.source.empty() ? "none" : s.source.c_str(), s.target.c_str(),
                     s.type.empty() ? nullptr : s.type.c_str(), s.flags, nullptr) == 0
                 ? 0
                 : errno;
    case Kind::directory:
      return ::mkdir(s.target.c_str(), 0755) == 0 || errno == EEXIST ? 0 : errno;
    case Kind::link:
      return ::symlink(s.source.c_str(), s.target.c_str()) == 0 || errno == EEXIST ? 0 : errno;
    case Kind::read_only:
      return set_attributes(s.target.c_str(), AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
    case Kind::writable:
      return set_attributes(s.target.c_str(), 0, 0, MOUNT_ATTR_RDONLY);
  }
  return EINVAL;
}

void bind(SandboxPlan& plan, const std::string& source, const std::string& target,
          unsigned long flags = kBind) {
  plan.steps.push_back({Kind::mount, source, target, {}, flags});
}

/// A /var that has the machine's entries, and task and runtime, which machines seldom have.
void add_var(SandboxPlan& plan, const SandboxPaths& paths) {
  plan.steps.push_back({Kind::mount, "tmpfs", paths.staging, "tmpfs", 0});
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/var", ignored)) {
    const std::string name = entry.path().filename(), target = paths.staging + "/" + name;
    if (name == "task" || name == "runtime") continue;
    if (entry.is_symlink(ignored)) {
      plan.steps.push_back({Kind::link, fs::read_symlink(entry.path(), ignored), target, {}, 0});
    } else if (entry.is_directory(ignored)) {
      plan.steps.push_back({Kind::directory, {}, target, {}, 0});
      bind(plan, entry.path(), target, kBindAll);
    }
  }
  for (const auto& [name, source] : {std::pair{"/task", paths.code}, std::pair{"/runtime", paths.runtime}}) {
    plan.steps.push_back({Kind::directory, {}, paths.staging + name, {}, 0});
    bind(plan, source, paths.staging + name);
  }
  plan.steps.push_back({Kind::mount, paths.staging, "/var", {}, MS_MOVE});
}

struct Job {
  const SandboxPlan* plan;
  std::array<int, 2> namespaces{-1, -1};  // user, mount
};

int try_it(void* argument) { ::_exit(enter_sandbox(*static_cast<Job*>(argument)->plan)); }

int take_all(const SandboxPlan& plan) {
  for (const SandboxStep& step : plan.steps)
    if (const int problem = take(step); problem != 0) return problem;
  return 0;
}

int enter_other(void* argument) {
  const Job& job = *static_cast<Job*>(argument);
  if (job.namespaces[0] >= 0 && ::setns(job.namespaces[0], CLONE_NEWUSER) != 0) ::_exit(errno);
  if (::setns(job.namespaces[1], CLONE_NEWNS) != 0) ::_exit(errno);
  ::_exit(take_all(*job.plan));
}

/// What a child of spawn_shared ended with: an errno, or 0.
int result_of(pid_t pid) {
  int status = 0;
  if (pid < 0) return errno;
  if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return ECHILD;
  return WEXITSTATUS(status);
}

}  // namespace

pid_t spawn_shared(int (*run)(void*), void* argument, int flags) {
  void* stack =
      ::mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;
  // A signal handler of ours must not run in the child, in our memory.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid =
      ::clone(run, static_cast<char*>(stack) + kStack, CLONE_VM | CLONE_VFORK | SIGCHLD | flags, argument);
  const int problem = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::munmap(stack, kStack);
  errno = problem;
  return pid;
}

int namespaces_of(const SandboxPlan& plan) {
  if (!plan.isolated) return 0;
  return CLONE_NEWNS | (plan.user_namespace ? CLONE_NEWUSER : 0);
}

int enter_sandbox(const SandboxPlan& plan) {
  if (!plan.isolated) return 0;
  if (plan.user_namespace && (!deny_groups() || !write_map("/proc/self/uid_map", plan.uid) ||
                              !write_map("/proc/self/gid_map", plan.gid)))
    return errno;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  return take_all(plan);
}

namespace {

SandboxPlan plan_of(const SandboxAbility& ability, const SandboxPaths& paths) {
  SandboxPlan plan;
  plan.task = paths.code;
  plan.runtime = paths.runtime;
  plan.tmp = paths.tmp;
  plan.opt = paths.opt;
  if (!ability.isolated) return plan;
  plan.isolated = true;
  plan.user_namespace = ability.user_namespace;
  plan.uid = ::getuid();
  plan.gid = ::getgid();
  plan.task = "/var/task";
  plan.runtime = "/var/runtime";
  plan.tmp = "/tmp";
  return plan;
}

void add_code(SandboxPlan& plan, const SandboxPaths& paths) {
  std::error_code ignored;
  if (fs::is_directory("/var/task", ignored) && fs::is_directory("/var/runtime", ignored)) {
    bind(plan, paths.code, "/var/task");
    bind(plan, paths.runtime, "/var/runtime");
  } else {
    add_var(plan, paths);
  }
}

}  // namespace

SandboxPlan make_sandbox_plan(const SandboxAbility& ability, const SandboxPaths& paths) {
  SandboxPlan plan = plan_of(ability, paths);
  if (!plan.isolated) return plan;
  std::error_code ignored;
  // Without layers /opt stays as it is, because programs may live there; an interpreter must stay visible.
  if (!paths.opt.empty() && fs::is_directory("/opt", ignored) && !paths.interpreter.starts_with("/opt/")) {
    bind(plan, paths.opt, "/opt");
    plan.opt = "/opt";
  }
  add_code(plan, paths);
  if (!paths.hosts.empty() && fs::exists("/etc/hosts", ignored)) bind(plan, paths.hosts, "/etc/hosts");
  // Last, because it may hide the directories above.
  bind(plan, paths.tmp, "/tmp");
  plan.steps.push_back({Kind::read_only, {}, "/", {}, 0});
  plan.steps.push_back({Kind::writable, {}, "/tmp", {}, 0});
  return plan;
}

SandboxPlan make_waiting_plan(const SandboxAbility& ability, const SandboxPaths& paths) {
  SandboxPlan plan = plan_of(ability, paths);
  if (plan.isolated) add_code(plan, paths);
  return plan;
}

SandboxAbility sandbox_ability(const std::string& scratch) {
  std::error_code ignored;
  SandboxPaths paths{scratch + "/probe/code",
                     scratch + "/probe/runtime",
                     scratch + "/probe/tmp",
                     {},
                     scratch + "/probe/staging",
                     {},
                     {}};
  for (const std::string* path : {&paths.code, &paths.runtime, &paths.tmp, &paths.staging})
    fs::create_directories(*path, ignored);
  SandboxAbility ability;
  int problem = 0;
  for (const bool user : {false, true}) {
    ability.isolated = true;
    ability.user_namespace = user;
    const SandboxPlan plan = make_sandbox_plan(ability, paths);
    Job job{&plan};
    problem = result_of(spawn_shared(try_it, &job, namespaces_of(plan)));
    if (problem == 0) break;
  }
  fs::remove_all(scratch + "/probe", ignored);
  if (problem == 0) return ability;
  ability = {};
  ability.why_not = std::strerror(problem);
  return ability;
}

std::string apply_sandbox_to(pid_t pid, const SandboxPlan& plan) {
  const std::string base = "/proc/" + std::to_string(pid) + "/ns/";
  Job job{&plan};
  if (plan.user_namespace) job.namespaces[0] = ::open((base + "user").c_str(), O_RDONLY | O_CLOEXEC);
  job.namespaces[1] = ::open((base + "mnt").c_str(), O_RDONLY | O_CLOEXEC);
  // Never in our own, which is the machine's.
  struct stat theirs {
  }, ours{};
  const bool apart = ::fstat(job.namespaces[1], &theirs) == 0 && ::stat("/proc/self/ns/mnt", &ours) == 0 &&
                     theirs.st_ino != ours.st_ino;
  const int problem = apart ? result_of(spawn_shared(enter_other, &job, 0)) : EINVAL;
  for (const int fd : job.namespaces)
    if (fd >= 0) ::close(fd);
  return problem == 0 ? std::string() : std::strerror(problem);
}

std::string to_json(const SandboxPlan& plan) {
  std::string out = "{\"isolated\":" + std::string(plan.isolated ? "true" : "false") +
                    ",\"user\":" + (plan.user_namespace ? "true" : "false") +
                    ",\"uid\":" + std::to_string(plan.uid) + ",\"gid\":" + std::to_string(plan.gid) +
                    ",\"steps\":[";
  constexpr std::array<std::string_view, 5> kNames{"mount", "directory", "link", "read_only", "writable"};
  for (const SandboxStep& s : plan.steps) {
    if (out.back() != '[') out += ',';
    out += '[';
    append_json_string(out, kNames[static_cast<std::size_t>(s.kind)]);
    for (const std::string* text : {&s.source, &s.target, &s.type}) {
      out += ',';
      append_json_string(out, *text);
    }
    out += "," + std::to_string(s.flags) + "]";
  }
  return out + "]}";
}

}  // namespace puddle
