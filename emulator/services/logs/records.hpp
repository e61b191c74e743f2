// Records: all SQL of CloudWatch Logs. Nothing is kept in memory: groups and streams are looked up by their
// unique names, events are read in the order of their primary key. Engine thread; throws StoreError.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace puddle::logs {

struct Group {
  std::int64_t id = 0;
  std::string account, region, name;
  Time created{};
  std::optional<int> retention;
  std::int64_t stored = 0;
  std::map<std::string, std::string> tags;
  /// Events before this instant are expired.
  Time oldest(Time now) const;
};

struct Stream {
  std::int64_t id = 0, group = 0;
  std::string name;
  Time created{};
  std::optional<Time> first, last, ingested;
};

/// The place of an event in a group: unique, and in the order of reading.
struct Position {
  std::int64_t timestamp = 0, sequence = 0;
  bool operator==(const Position&) const = default;
};

struct StoredEvent {
  Position at;
  Time ingested{};
  std::string message, stream;
};

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  std::optional<Group> group(std::string_view account, std::string_view region, std::string_view name) const;
  std::optional<Group> group(std::int64_t id) const;
  /// In order of name, names after `after`, at most limit.
  std::vector<Group> groups(std::string_view account, std::string_view region, std::string_view prefix,
                            std::string_view containing, std::string_view after, std::size_t limit) const;
  void add(Group& group);
  void put(const Group& group);
  void remove(const Group& group);

  std::optional<Stream> stream(std::int64_t group, std::string_view name) const;
  std::vector<Stream> streams(std::int64_t group, std::string_view prefix) const;
  void add(Stream& stream);
  void remove(const Stream& stream);

  /// One event after the other, then the stream's and the group's figures.
  void append(std::int64_t stream, std::int64_t timestamp, std::int64_t ingested, std::string_view message);
  void appended(const Stream& stream, std::int64_t first, std::int64_t last, Time now, std::int64_t bytes);
  /// Events of a stream in [from, until), after or before a position, at most limit, in order of reading.
  std::vector<StoredEvent> forward(std::int64_t stream, Time from, Time until, std::optional<Position> after,
                                   std::size_t limit) const;
  std::vector<StoredEvent> backward(std::int64_t stream, Time from, Time until,
                                    std::optional<Position> before, std::size_t limit) const;
  /// Events of all streams of the group that `wanted` takes, interleaved.
  std::vector<StoredEvent> search(std::int64_t group, const std::function<bool(const std::string&)>& wanted,
                                  Time from, Time until, std::optional<Position> after,
                                  std::size_t limit) const;
  /// Deletes events older than the instant; how many.
  std::int64_t expire(std::int64_t group, Time before);

 private:
  Store& store_;
  mutable std::int64_t sequence_ = 0;
};

}  // namespace puddle::logs
