#include "services/sqs/move_tasks.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "runtime/random.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr std::size_t kStep = 100;       // messages in a transaction
constexpr std::size_t kRemembered = 10;  // tasks that ended, for each source
constexpr auto kQueueGone = "AWS.SimpleQueueService.NonExistentQueue";

void end(MoveTask& task, const char* status, const char* failure = "") {
  task.status = status;
  task.failure = failure;
}

}  // namespace

void MoveTasks::load() {
  stop();
  sqs_.records.load_move_tasks([this](MoveTask task) { tasks_[task.id] = std::move(task); });
}

void MoveTasks::start(Duration after) {
  for (const auto& [id, task] : tasks_)
    if (task.running()) run_at(id, sqs_.deps.loop.now() + after);
}

void MoveTasks::stop() {
  for (const auto& [id, timer] : timers_) sqs_.deps.loop.cancel(timer);
  timers_.clear();
  tasks_.clear();
}

const MoveTask& MoveTasks::begin(MoveTask task) {
  const auto before = of(task.source);
  for (std::size_t i = kRemembered - 1; i < before.size(); ++i) sqs_.records.drop_move_task(before[i]->id);
  task.id = uuid(sqs_.deps.entropy);
  sqs_.records.put(task);
  for (std::size_t i = kRemembered - 1; i < before.size(); ++i) tasks_.erase(before[i]->id);
  MoveTask& placed = tasks_[task.id] = task;
  run_at(task.id, sqs_.deps.loop.now());
  return placed;
}

const MoveTask* MoveTasks::find(const std::string& id) const {
  const auto it = tasks_.find(id);
  return it == tasks_.end() ? nullptr : &it->second;
}

std::vector<const MoveTask*> MoveTasks::of(const std::string& source_arn) const {
  std::vector<const MoveTask*> out;
  for (const auto& [id, task] : tasks_)
    if (task.source == source_arn) out.push_back(&task);
  std::stable_sort(out.begin(), out.end(),
                   [](const MoveTask* a, const MoveTask* b) { return a->started > b->started; });
  return out;
}

std::size_t MoveTasks::running(const std::string& account) const {
  return static_cast<std::size_t>(std::count_if(tasks_.begin(), tasks_.end(), [&](const auto& item) {
    const auto arn = Arn::parse(item.second.source);
    return item.second.running() && arn && arn->account == account;
  }));
}

void MoveTasks::cancel(const std::string& id) {
  MoveTask task = tasks_.at(id);
  end(task, "CANCELLED");
  sqs_.records.put(task);
  tasks_[id] = std::move(task);
  run_at(id, Time::min());
}

void MoveTasks::drop(const std::string& source_arn) {
  for (const MoveTask* task : of(source_arn)) {
    sqs_.records.drop_move_task(task->id);
    run_at(task->id, Time::min());
    tasks_.erase(task->id);
  }
}

/// Time::min() for never.
void MoveTasks::run_at(const std::string& id, Time when) {
  if (const auto it = timers_.find(id); it != timers_.end()) {
    sqs_.deps.loop.cancel(it->second);
    timers_.erase(it);
  }
  if (when != Time::min()) timers_[id] = sqs_.deps.loop.at(when, [this, id] { step(id); });
}

void MoveTasks::step(const std::string& id) {
  timers_.erase(id);
  const auto it = tasks_.find(id);
  if (it == tasks_.end() || !it->second.running() || sqs_.deps.store.broken()) return;
  const Time now = sqs_.deps.loop.now();
  MoveTask task = it->second;
  try {
    sqs_.deps.store.atomically([&] {
      if (Queue* source = sqs_.find_arn(task.source); !source)
        end(task, "FAILED", kQueueGone);
      else
        advance(task, *source, now);
      sqs_.records.put(task);
    });
  } catch (const std::exception& e) {
    // Nothing of the step is left; it is tried again once memory has been built anew.
    PUDDLE_LOG(error, "sqs", "a step of message move task " + id + " failed: " + e.what());
    return;
  }
  it->second = task;
  if (!task.running()) return;
  // The n-th message is due n/rate seconds after the start.
  const Time due =
      task.rate == 0 ? now : task.started + Duration((task.moved * 1000 + task.rate - 1) / task.rate);
  run_at(id, std::max(now, due));
}

// Only messages that can be received are moved, and only those that were there when the task started.
void MoveTasks::advance(MoveTask& task, Queue& source, Time now) {
  if (now - task.started > kMaxMoveTime) return end(task, "FAILED");
  sqs_.expire(source, now);
  std::size_t n = kStep;
  if (task.rate > 0) {
    const auto due = (now - task.started).count() * task.rate / 1000 + 1 - task.moved;
    n = std::min(n, static_cast<std::size_t>(std::max<std::int64_t>(0, due)));
  }
  std::size_t found = 0;
  for (Message* m : source.messages().pick(n)) {
    if (m->id > task.last_id) continue;
    ++found;
    const std::string target = task.destination.empty() ? m->source() : task.destination;
    if (target.empty()) return end(task, "FAILED", "CouldNotDetermineMessageSource");
    Queue* to = sqs_.find_arn(target);
    if (!to || to == &source || to->fifo() != source.fifo()) return end(task, "FAILED", kQueueGone);
    sqs_.move(source, *m, *to, Sqs::As::new_message, now);
    ++task.moved;
  }
  if (n > 0 && (found == 0 || task.moved >= task.to_move)) end(task, "COMPLETED");
}

}  // namespace puddle::sqs
