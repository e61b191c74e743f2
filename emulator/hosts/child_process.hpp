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

namespace puddle {

class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command;  ///< the first is a path
    std::map<std::string, std::string> environment;
    std::string directory;
  };
  struct Events {
    std::function<void(std::string_view)> output;  ///< bytes of stdout and stderr, in order
    std::function<void(int status)> exited;        ///< as waitpid gives it; the last call
  };
  static Result<std::unique_ptr<ChildProcess>> start(AsioLoop& loop, const Options& options, Events events);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void kill();
  /// Hands over what lies in the pipe, without waiting.
  void drain();
  /// Resident memory in bytes: now, and the highest so far. 0 when it is gone.
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
