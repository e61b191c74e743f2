#include "services/sqs/graveyard.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace puddle::sqs {

void Graveyard::add(std::int64_t message) {
  dead_.push_back(message);
  schedule();
}

void Graveyard::add(std::unique_ptr<MessageIndex> index) {
  if (index->size() == 0) return;
  indexes_.push_back(std::move(index));
  schedule();
}

void Graveyard::stop() {
  if (timer_) loop_.cancel(timer_);
  timer_ = 0;
  soon_ = false;
  dead_.clear();
  indexes_.clear();
}

void Graveyard::schedule() {
  const bool enough = !indexes_.empty() || dead_.size() >= kStep;
  if (timer_ && (soon_ || !enough)) return;
  if (timer_) loop_.cancel(timer_);
  soon_ = enough;
  timer_ = loop_.at(enough ? loop_.now() : loop_.now() + kPatience, [this] { run(); });
}

void Graveyard::run() {
  timer_ = 0;
  soon_ = false;
  empty_indexes();
  try {
    store_.atomically([this] { remove_rows(); });
  } catch (const std::exception& e) {
    // The rows are marked: the next start tries again.
    PUDDLE_LOG(error, "sqs", std::string("rows of deleted messages stay: ") + e.what());
    return;
  }
  if (!indexes_.empty() || !dead_.empty()) schedule();
}

void Graveyard::empty_indexes() {
  for (std::size_t n = 0; n < kStep && !indexes_.empty();) {
    MessageIndex& index = *indexes_.front();
    Message* message = index.expired(Time::max());
    if (!message) {
      indexes_.pop_front();
      continue;
    }
    const std::int64_t id = message->id;
    index.remove(*message);
    table_.erase(id);
    dead_.push_back(id);
    ++n;
  }
}

void Graveyard::remove_rows() {
  const std::size_t n = std::min(kStep, dead_.size());
  const auto end = dead_.begin() + static_cast<std::ptrdiff_t>(n);
  std::sort(dead_.begin(), end);
  for (auto first = dead_.begin(); first != end;) {
    auto last = first;
    while (std::next(last) != end && *std::next(last) <= *last + 1) ++last;
    records_.remove(*first, *last);
    first = std::next(last);
  }
  dead_.erase(dead_.begin(), end);
}

}  // namespace puddle::sqs
