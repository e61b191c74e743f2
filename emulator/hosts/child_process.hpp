// ChildProcess: one child with its output, on the engine thread. It leads its own process group, has no
// descriptor of ours open and is killed with the thread that started it. Owned by whoever started it;
// destroying it kills the group.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "hosts/asio_loop.hpp"
#include "hosts/sandbox.hpp"

namespace puddle {

class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command;  ///< the first is a path
    std::map<std::string, std::string> environment;
    std::string directory;
    const SandboxPlan* sandbox = nullptr;  ///< entered before the program starts
    int channel = -1;  ///< a descriptor that becomes 3 in the child; closed here by the caller
  };
  struct Events {
    std::function<void(std::string_view)> output;  ///< bytes of stdout and stderr, in order
    std::function<void(int status)> exited;        ///< as waitpid gives it; the last call
  };
  static Result<std::unique_ptr<ChildProcess>> start(AsioLoop& loop, const Options& options, Events events);
  /// A process that another child of ours has forked. output: the read end of its output. The forking parent
  /// says how it ended (exit_reporter); shared: bytes of its resident memory that are the parent's.
  static std::unique_ptr<ChildProcess> adopt(AsioLoop& loop, pid_t pid, int output, std::int64_t shared,
                                             Events events);
  /// To be called with the status, as waitpid gives it; may outlive this object.
  std::function<void(int)> exit_reporter() const;
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void kill();
  /// Asks the group to end.
  void terminate();
  /// It has not ended, as far as its exit is known.
  bool running() const;
  /// For a process that was started before it was known for what.
  void set_events(Events events);
  /// Hands over what lies in the pipe, without waiting.
  void drain();
  /// Resident memory in bytes: now, of all processes that it started too, and the highest of its own so far.
  /// 0 when it is gone.
  std::int64_t memory() const;
  std::int64_t peak_memory() const;
  pid_t pid() const;

 private:
  struct Impl;
  explicit ChildProcess(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// "exit status 1" or "signal: killed", as Go words it and Lambda shows it.
std::string describe_exit(int status);

}  // namespace puddle
