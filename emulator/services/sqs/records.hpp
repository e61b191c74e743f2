// Rows of queues, messages and what belongs to them <-> structs. All SQL of SQS but that of deleted names.
// Engine thread; throws StoreError.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "services/sqs/move_task.hpp"
#include "services/sqs/queue.hpp"
#include "store/store.hpp"

namespace puddle::sqs {

/// A row of a message that may be gone.
struct StoredMessage {
  std::unique_ptr<Message> message;
  std::string group_id;
  bool gone = false;
};

/// A receive with a ReceiveRequestAttemptId.
struct Attempt {
  struct Item {
    std::int64_t message = 0, receipt = 0;
    Time visible{};
  };
  std::int64_t queue = 0;
  std::string id;
  Time at{};
  std::vector<Item> items;
};

class Records {
 public:
  /// `failed` is called when a write fails: what it belongs to is rolled back, and memory may be ahead of it.
  Records(Store& store, std::function<void()> failed) : store_(store), failed_(std::move(failed)) {}
  void put(const Queue& queue);
  void drop(std::int64_t queue);
  void load_queues(const std::function<void(Rows&)>& row) const;

  void insert(const Message& message, std::string_view group_id);
  struct State {
    std::uint32_t received = 0;
    Time first_received{}, visible{};
    std::int64_t receipt = 0;
  };
  void update(std::int64_t message, const State& state);
  /// The message is gone; its rows are removed later, by remove().
  void bury(std::int64_t message);
  /// Removes the rows of first..last, whatever they are. Memory does not depend on it.
  void remove(std::int64_t first, std::int64_t last);
  /// In order of arrival.
  void load_messages(const std::function<void(StoredMessage)>& row) const;

  /// Ids below it may have been given out.
  std::int64_t mark() const;
  void set_mark(std::int64_t value);

  void put(const Attempt& attempt);
  std::optional<Attempt> find_attempt(std::int64_t queue, const std::string& id) const;
  /// Those of `t` or before.
  void drop_attempts_before(Time t);
  bool has_attempts() const;

  void put(const MoveTask& task);
  void drop_move_task(const std::string& id);
  void load_move_tasks(const std::function<void(MoveTask)>& row) const;

 private:
  void write(std::string_view sql, std::initializer_list<Param> params);
  Store& store_;
  std::function<void()> failed_;
};

std::string to_json(const std::map<std::string, std::string>& map);
std::map<std::string, std::string> parse_map(std::string_view json);

}  // namespace puddle::sqs
