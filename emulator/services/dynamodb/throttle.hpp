// Throttle: provisioned capacity with burst, when it is asked for (--throttle). A table and each global
// index have a bucket of reads and one of writes: units flow in by the second, up to 300 seconds' worth. A
// call is let through while there is anything in its buckets, and may overdraw them once, as one large item
// does on AWS. Memory only: a restart fills the buckets. Engine thread.
#pragma once
#include <map>
#include <utility>

#include "aws/error.hpp"
#include "base/time.hpp"
#include "services/dynamodb/items/capacity.hpp"
#include "services/dynamodb/table.hpp"

namespace puddle::dynamodb {

class Throttle {
 public:
  explicit Throttle(const bool& on) : on_(on) {}
  /// Throws ProvisionedThroughputExceededException. Index: the one that is read; a write is held up by any.
  void check_read(const Table& table, const Index* index, Time now);
  void check_write(const Table& table, Time now);
  bool may_read(const Table& table, Time now);
  bool may_write(const Table& table, Time now) { return !on_ || !exhausted_write(table, now); }
  void charge(const Table& table, const Usage& usage, bool reads, Time now);

 private:
  struct Bucket {
    double units = 0;
    Time filled{};
  };
  /// nullptr: no limit.
  Bucket* bucket(const Table& table, const Index* index, bool reads, Time now);
  bool exhausted_write(const Table& table, Time now);
  const bool& on_;
  std::map<std::pair<std::int64_t, bool>, Bucket> buckets_;  // by tree and kind
};

}  // namespace puddle::dynamodb
