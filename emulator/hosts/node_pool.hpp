// NodePool: a started Node.js process that waits to become an environment. Node.js cannot fork, so there is
// one such process of an interpreter and its flags, and when it is taken another is started once the machine
// has had a moment for the function (decision 0024). It waits only while functions of Node.js are there or
// start, and ends when none has started for a while. Engine thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hosts/child_process.hpp"
#include "hosts/sandbox.hpp"

namespace puddle {

class NodePool {
 public:
  struct Request {
    std::vector<std::string> command;  ///< what a process of its own would be; the script is the last word
    std::map<std::string, std::string> environment;
    std::string directory;
    const SandboxPlan* plan;
  };
  /// scratch: a directory of ours, with runtimes/bootstrap.mjs.
  /// command: the interpreter and its flags.
  NodePool(AsioLoop& loop, std::vector<std::string> command, SandboxAbility ability, std::string scratch);
  ~NodePool();
  NodePool(const NodePool&) = delete;
  NodePool& operator=(const NodePool&) = delete;

  /// Starts the waiting process if there is none.
  void warm();
  /// The waiting process as the environment, or nullptr: start one yourself.
  std::unique_ptr<ChildProcess> take(const Request& request, ChildProcess::Events events);
  bool waiting() const { return spare_ != nullptr; }

 private:
  void drop();
  void later(Duration span, void (NodePool::*what)());
  AsioLoop& loop_;
  std::vector<std::string> command_;
  SandboxAbility ability_;
  std::string scratch_;
  std::unique_ptr<ChildProcess> spare_;
  int channel_ = -1;  // our end of the socket on which it waits
  int failures_ = 0;
  Loop::TimerId timer_ = 0;          // to start another, or to end an idle one
  std::shared_ptr<NodePool*> self_;  // for callbacks that may come after us
};

}  // namespace puddle
