// Committed: the output gate for coroutines.
#include <utility>

#include "store/store.hpp"

namespace puddle {

struct Committed::State {
  enum { waiting, good, bad } outcome = waiting;
  std::coroutine_handle<> waiter;
};

Committed::Committed(Store& store) : state_(std::make_shared<State>()) {
  store.when_committed([state = state_](bool ok) {
    state->outcome = ok ? State::good : State::bad;
    if (auto handle = std::exchange(state->waiter, {})) handle.resume();
  });
}
Committed::~Committed() { state_->waiter = {}; }
bool Committed::await_ready() const noexcept { return state_->outcome != State::waiting; }
void Committed::await_suspend(std::coroutine_handle<> handle) { state_->waiter = handle; }
bool Committed::await_resume() const noexcept { return state_->outcome == State::good; }

}  // namespace puddle
