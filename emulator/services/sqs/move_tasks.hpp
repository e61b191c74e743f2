// MoveTasks: tasks that move messages out of dead-letter queues, in steps, each in one transaction with its
// count. Running ones go on after a restart. Engine thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "ports/loop.hpp"
#include "services/sqs/move_task.hpp"

namespace puddle::sqs {

class Sqs;
class Queue;

class MoveTasks {
 public:
  explicit MoveTasks(Sqs& sqs) : sqs_(sqs) {}
  ~MoveTasks() { stop(); }
  MoveTasks(const MoveTasks&) = delete;
  MoveTasks& operator=(const MoveTasks&) = delete;

  void load();
  /// Runs what is RUNNING.
  void start(Duration after = {});
  void stop();

  /// Row, memory, and the first step after the commit. The task gets its id.
  const MoveTask& begin(MoveTask task);
  /// Null when there is none.
  const MoveTask* find(const std::string& id) const;
  /// Of the queue, newest first.
  std::vector<const MoveTask*> of(const std::string& source_arn) const;
  std::size_t running(const std::string& account) const;
  void cancel(const std::string& id);
  /// The queue is gone, and its tasks with it.
  void drop(const std::string& source_arn);

 private:
  void run_at(const std::string& id, Time when);
  void step(const std::string& id);
  void advance(MoveTask& task, Queue& source, Time now);
  Sqs& sqs_;
  std::map<std::string, MoveTask> tasks_;
  std::map<std::string, Loop::TimerId> timers_;
};

}  // namespace puddle::sqs
