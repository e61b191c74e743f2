// PythonPool: the parent of Python environments: a process of one interpreter that has boto3 and botocore's
// documents loaded and is forked for each environment (decision 0022). It starts when the first function that
// it can serve is expected, and ends when it has had no child and no work for a while. Until it is ready, and
// for functions that need an interpreter of their own, environments start as plain processes. Engine thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hosts/child_process.hpp"
#include "hosts/sandbox.hpp"

namespace puddle {

class PythonPool {
 public:
  struct Request {
    std::vector<std::string>
        command;  ///< what a process of its own would be: for the child to become if it must
    std::map<std::string, std::string> environment;
    std::string directory;
    SandboxPlan plan;
  };
  /// runtimes: the directory with pool.py and bootstrap.py.
  PythonPool(AsioLoop& loop, std::string interpreter, std::string runtimes);
  ~PythonPool();
  PythonPool(const PythonPool&) = delete;
  PythonPool& operator=(const PythonPool&) = delete;

  /// Starts the parent if it does not run.
  void warm();
  /// started is called with the new child, before or after this returns, or with nullptr: start it yourself.
  void start(Request request, ChildProcess::Events events,
             std::function<void(std::unique_ptr<ChildProcess>)> started);
  bool ready() const { return ready_; }

 private:
  struct Channel;
  struct Waiting {
    int output = -1;
    ChildProcess::Events events;
    std::function<void(std::unique_ptr<ChildProcess>)> started;
  };
  void receive(std::string_view text);
  void ended();
  void watch_idleness();
  AsioLoop& loop_;
  std::string interpreter_, runtimes_;
  std::shared_ptr<Channel> channel_;
  std::unique_ptr<ChildProcess> parent_;
  bool ready_ = false;
  int failures_ = 0;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, Waiting> waiting_;
  std::map<pid_t, std::function<void(int)>> children_;
  Loop::TimerId idle_timer_ = 0;
  std::shared_ptr<PythonPool*> self_;  // for callbacks that may come after us
};

}  // namespace puddle
