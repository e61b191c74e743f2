#include "services/sqs/message_table.hpp"

#include "base/check.hpp"

namespace puddle::sqs {

Message* MessageTable::find(std::int64_t id) const {
  const std::int64_t at = id / kPage - first_;
  if (id < 0 || at < 0 || at >= static_cast<std::int64_t>(pages_.size())) return nullptr;
  const auto& page = pages_[static_cast<std::size_t>(at)];
  return page ? page->slots[static_cast<std::size_t>(id % kPage)] : nullptr;
}

Message& MessageTable::insert(std::unique_ptr<Message> message) {
  const std::int64_t number = message->id / kPage;
  if (pages_.empty()) first_ = number;
  PUDDLE_CHECK(number >= first_);
  while (static_cast<std::int64_t>(pages_.size()) <= number - first_) pages_.emplace_back();
  auto& page = pages_[static_cast<std::size_t>(number - first_)];
  if (!page) page = std::make_unique<Page>();
  Message*& slot = page->slots[static_cast<std::size_t>(message->id % kPage)];
  PUDDLE_CHECK(!slot);
  ++page->used;
  ++size_;
  slot = message.release();
  return *slot;
}

void MessageTable::erase(std::int64_t id) {
  const Message* message = find(id);
  if (!message) return;
  auto& page = pages_[static_cast<std::size_t>(id / kPage - first_)];
  page->slots[static_cast<std::size_t>(id % kPage)] = nullptr;
  delete message;
  --size_;
  if (--page->used == 0) page.reset();
  while (!pages_.empty() && !pages_.front()) {
    pages_.pop_front();
    ++first_;
  }
}

void MessageTable::clear() {
  for (const auto& page : pages_)
    if (page)
      for (const Message* message : page->slots) delete message;
  pages_.clear();
  size_ = 0;
}

}  // namespace puddle::sqs
