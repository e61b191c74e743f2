// Sandbox: the file system that a function sees. Where the machine allows it, an environment has its own
// mount namespace with its code at /var/task, the bootstraps at /var/runtime, its layers at /opt, its own
// /tmp, and everything but /tmp read only. Elsewhere it sees the machine's files, and variables name its
// directories.
//
// A plan is a list of steps that a child takes between fork and exec; it is data, because children that are
// forked from a pool's parent (python_pool.hpp) take the same steps in their own language.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace puddle {

struct SandboxStep {
  enum class Kind { mount, directory, link, read_only, writable } kind = Kind::mount;
  std::string source, target, type;
  unsigned long flags = 0;
};

struct SandboxPlan {
  bool isolated = false;        ///< false: no namespace, no steps
  bool user_namespace = false;  ///< the mount namespace needs one, because we are not root
  unsigned uid = 0, gid = 0;    ///< ours: a function has the same in its own user namespace
  std::vector<SandboxStep> steps;
  // What the function has to call its directories.
  std::string task, runtime, tmp, opt;
};

struct SandboxPaths {
  std::string code, runtime, tmp, opt;  ///< directories of this machine; opt empty: no layers
  std::string staging;                  ///< an existing empty directory of ours, to build /var in
  std::string interpreter;              ///< must stay visible
  std::string hosts;                    ///< a file to be /etc/hosts; empty: the machine's own
};

/// What this machine allows; asked once, by trying it in a child process. Any thread.
struct SandboxAbility {
  bool isolated = false, user_namespace = false;
  std::string why_not;
};
SandboxAbility sandbox_ability(const std::string& scratch);

SandboxPlan make_sandbox_plan(const SandboxAbility& ability, const SandboxPaths& paths);
/// For a process that waits to become an environment: the bootstraps are where a function has them, all else
/// is the machine's. The steps of make_sandbox_plan can be taken after these. Uses code (an empty directory),
/// runtime and staging of the paths.
SandboxPlan make_waiting_plan(const SandboxAbility& ability, const SandboxPaths& paths);

/// Takes the steps in a child of spawn_shared with namespaces_of(plan). Only system calls. errno on failure.
int enter_sandbox(const SandboxPlan& plan);
/// Takes the steps in the mount namespace of another process of ours. The problem, or empty.
std::string apply_sandbox_to(pid_t pid, const SandboxPlan& plan);
/// The flags that give a child the namespaces of the plan.
int namespaces_of(const SandboxPlan& plan);
/// As vfork: run(argument), which may make system calls only, runs in a child that shares our memory, and the
/// calling thread waits until the child has ended or is another program. flags: new namespaces. The child's
/// pid, or -1.
pid_t spawn_shared(int (*run)(void*), void* argument, int flags);

/// The plan as JSON, for a pool's parent.
std::string to_json(const SandboxPlan& plan);

}  // namespace puddle
