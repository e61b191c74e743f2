// ChangeFeed: the streams of tables and their records, as rows. DynamoDB appends in the savepoint of the
// write; DynamoDB Streams reads. Shared here because no service includes another. Engine thread; throws
// StoreError.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace puddle {

class ChangeFeed {
 public:
  struct Stream {
    std::int64_t id = 0;
    std::string arn, account, region, table, label, view;
    std::string key_schema;      ///< JSON, as DescribeStream shows it
    Time enabled{}, disabled{};  ///< disabled: zero while it is on
    std::string shard;
    std::int64_t first = 0;               ///< sequence number that the shard starts at
    std::int64_t trimmed = 0;             ///< records up to this number are gone
    std::string policy, policy_revision;  ///< its resource policy; empty for none
    bool open() const { return disabled == Time{}; }
  };
  struct Record {
    std::int64_t sequence = 0;
    std::string event;  ///< the whole record as GetRecords gives it, JSON
  };
  static constexpr Duration kRetention = std::chrono::hours(24);

  explicit ChangeFeed(Store& store) : store_(store) {}
  static Migration migration();

  /// A number larger than any before, also over restarts and when the clock was set back: it follows the
  /// clock, and the rows where they are ahead of it.
  std::int64_t next_sequence(Time now);
  /// Makes label, ARN and shard of a new stream of the table, and its row. Given: account, region, table,
  /// view, key_schema. No two streams of a table have the same label.
  void open(Stream& stream, const std::string& table_arn, std::string_view shard_suffix, Time now);
  void close(const std::string& arn, Time now);
  void set_policy(const std::string& arn, std::string_view policy, std::string_view revision);
  /// Removes some records that are older than 24 hours, and streams that were disabled so long ago. False
  /// when none are left.
  bool trim_step(Time now);
  void append(std::int64_t stream, const Record& record, Time now);
  std::optional<Stream> find(std::string_view arn) const;
  /// In order of creation.
  std::vector<Stream> all(std::string_view account, std::string_view region) const;
  /// Records with a sequence number >= from that are younger than 24 hours, at most limit and about a
  /// mebibyte.
  std::vector<Record> read(std::int64_t stream, std::int64_t from, std::size_t limit, Time now) const;
  /// Has a record at or behind the position been trimmed, or is due to be?
  bool lost(const Stream& stream, std::int64_t position, Time now) const;
  /// The last sequence number of the stream that is left, or 0.
  std::int64_t last(std::int64_t stream) const;

  static std::string sequence_text(std::int64_t sequence);  ///< 21 digits
  static std::optional<std::int64_t> parse_sequence(std::string_view text);

 private:
  Store& store_;
  std::int64_t last_ = 0;  ///< 0: not read from the rows yet
};

}  // namespace puddle
