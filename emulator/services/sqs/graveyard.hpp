// Graveyard: removes the rows of messages that are gone, many at a time and in small steps, because
// neighbours in the table cost little more than one. Deleting is durable before that, by the mark in
// sqs_state or on the queue; what is in here after a crash is found again in load(). Engine thread.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "services/sqs/message_index.hpp"
#include "services/sqs/message_table.hpp"
#include "services/sqs/records.hpp"

namespace puddle::sqs {

class Graveyard {
 public:
  Graveyard(Loop& loop, Store& store, Records& records, MessageTable& table)
      : loop_(loop), store_(store), records_(records), table_(table) {}
  ~Graveyard() { stop(); }
  Graveyard(const Graveyard&) = delete;
  Graveyard& operator=(const Graveyard&) = delete;

  void add(std::int64_t message);
  /// All messages of a queue that was purged or deleted; they leave the table step by step.
  void add(std::unique_ptr<MessageIndex> index);
  /// Forgets everything and does nothing more until something is added.
  void stop();

 private:
  static constexpr std::size_t kStep = 1000;
  static constexpr Duration kPatience{1000};  ///< how long a few rows wait for more
  void schedule();
  void run();
  void empty_indexes();
  void remove_rows();

  Loop& loop_;
  Store& store_;
  Records& records_;
  MessageTable& table_;
  std::vector<std::int64_t> dead_;
  std::deque<std::unique_ptr<MessageIndex>> indexes_;
  Loop::TimerId timer_ = 0;
  bool soon_ = false;  // timer_ is for now
};

}  // namespace puddle::sqs
