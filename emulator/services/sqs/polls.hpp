// Polls: receivers that wait for messages of one queue, longest waiting first. The queue serves them in that
// order: each tries to take messages itself, and keeps its place until it has some. Engine thread.
#pragma once
#include <coroutine>
#include <functional>
#include <list>
#include <memory>

#include "ports/loop.hpp"

namespace puddle::sqs {

class Polls {
 public:
  enum class End { served, timeout, gone };
  /// Takes messages if there are any; true when the poll is over. Does not throw.
  using Attempt = std::function<bool()>;

  explicit Polls(Loop& loop) : loop_(&loop) {}
  ~Polls();  ///< ends them with "gone"
  Polls(const Polls&) = delete;
  Polls& operator=(const Polls&) = delete;
  bool empty() const { return waiting_.empty(); }
  /// Lets each try in turn while `more` says that there is something to take.
  void serve(const std::function<bool()>& more);

 private:
  struct Waiting {
    Attempt attempt;
    std::coroutine_handle<> handle;  // empty once resumed, or when its coroutine was destroyed
    Loop::TimerId timer = 0;
    End end = End::gone;
    bool over = false;  // and no longer in the list
    std::list<std::shared_ptr<Waiting>>::iterator place;
  };
  /// Takes it off the list.
  void finish(std::shared_ptr<Waiting> waiting, End end);
  Loop* loop_;
  std::list<std::shared_ptr<Waiting>> waiting_;

 public:
  /// Named awaitable: `Polls::Wait turn(queue.polls, deadline, attempt); Polls::End end = co_await turn;`
  class Wait {
   public:
    Wait(Polls& polls, Time deadline, Attempt attempt)
        : polls_(&polls), deadline_(deadline), attempt_(std::move(attempt)) {}
    ~Wait();
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    End await_resume() const { return waiting_->end; }

   private:
    Polls* polls_;
    Time deadline_;
    Attempt attempt_;
    std::shared_ptr<Waiting> waiting_;
  };
};

}  // namespace puddle::sqs
