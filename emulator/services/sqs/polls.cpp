#include "services/sqs/polls.hpp"

#include <utility>

namespace puddle::sqs {

Polls::~Polls() {
  while (!waiting_.empty()) finish(waiting_.front(), End::gone);
}

// Resumes through the loop, so that no receiver runs inside the code that served it.
void Polls::finish(std::shared_ptr<Waiting> waiting, End end) {
  waiting_.erase(waiting->place);
  waiting->over = true;
  waiting->end = end;
  waiting->attempt = nullptr;
  if (waiting->timer) loop_->cancel(waiting->timer);
  loop_->post([waiting] {
    if (auto handle = std::exchange(waiting->handle, {})) handle.resume();
  });
}

void Polls::serve(const std::function<bool()>& more) {
  for (auto it = waiting_.begin(); it != waiting_.end() && more();) {
    const std::shared_ptr<Waiting> waiting = *it++;
    if (waiting->attempt()) finish(waiting, End::served);
  }
}

Polls::Wait::~Wait() {
  if (!waiting_ || !waiting_->handle) return;
  // Destroyed while waiting: nobody may resume the frame, nor try in its name.
  waiting_->handle = {};
  if (waiting_->over) return;
  if (waiting_->timer) polls_->loop_->cancel(waiting_->timer);
  polls_->waiting_.erase(waiting_->place);
  waiting_->over = true;
}

void Polls::Wait::await_suspend(std::coroutine_handle<> handle) {
  waiting_ = std::make_shared<Waiting>();
  waiting_->attempt = std::move(attempt_);
  waiting_->handle = handle;
  waiting_->place = polls_->waiting_.insert(polls_->waiting_.end(), waiting_);
  // Weak: a list that ends takes its timers along.
  waiting_->timer = polls_->loop_->at(deadline_, [polls = polls_, waiting = waiting_.get()] {
    waiting->timer = 0;
    polls->finish(*waiting->place, End::timeout);
  });
}

}  // namespace puddle::sqs
