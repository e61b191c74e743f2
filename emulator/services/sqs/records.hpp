// Rows of queues and messages <-> structs. All SQL of SQS. Engine thread; throws StoreError.
#pragma once
#include <functional>

#include "services/sqs/queue.hpp"
#include "store/store.hpp"

namespace puddle::sqs {

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  void put(const Queue& queue);
  void drop(std::int64_t queue);
  void clear(std::int64_t queue);
  void insert(std::int64_t queue, const Message& message);
  /// Receive state: count, receipt, visibility.
  void update(std::int64_t queue, const Message& message);
  void remove(std::int64_t queue, std::int64_t message);
  void load_queues(const std::function<void(Rows&)>& row) const;
  void load_messages(const std::function<void(std::int64_t queue, Message)>& row) const;

 private:
  Store& store_;
};

std::string to_json(const std::map<std::string, std::string>& map);
std::map<std::string, std::string> parse_map(std::string_view json);

}  // namespace puddle::sqs
