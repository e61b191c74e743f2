// MessageTable: all messages of the service by id. Ids are given out one after the other, so that a table of
// pages finds a message in constant time and never has to be rebuilt as it grows. Owns the messages.
#pragma once
#include <array>
#include <deque>
#include <memory>

#include "services/sqs/message.hpp"

namespace puddle::sqs {

class MessageTable {
 public:
  MessageTable() = default;
  ~MessageTable() { clear(); }
  MessageTable(const MessageTable&) = delete;
  MessageTable& operator=(const MessageTable&) = delete;

  Message* find(std::int64_t id) const;
  /// Ids grow: one that is lower than the first there cannot be added.
  Message& insert(std::unique_ptr<Message> message);
  void erase(std::int64_t id);
  void clear();
  std::size_t size() const { return size_; }

 private:
  static constexpr std::int64_t kPage = 512;
  struct Page {
    std::array<Message*, kPage> slots{};
    std::uint32_t used = 0;
  };
  std::deque<std::unique_ptr<Page>> pages_;  // null where nothing is left
  std::int64_t first_ = 0;                   // number of pages_[0]
  std::size_t size_ = 0;
};

}  // namespace puddle::sqs
