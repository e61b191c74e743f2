// ListStreams, DescribeStream, GetShardIterator and GetRecords. A stream has one shard, as a small table on
// AWS has.
#include "base/text.hpp"
#include "services/dynamodbstreams/dynamodbstreams.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodbstreams {
namespace {

using wire::List;
using wire::Map;
using Stream = ChangeFeed::Stream;

constexpr ErrorType kResourceNotFound{"ResourceNotFoundException"};
constexpr ErrorType kValidation{"ValidationException"};
constexpr ErrorType kExpiredIterator{"ExpiredIteratorException"};
constexpr ErrorType kTrimmed{"TrimmedDataAccessException"};
constexpr Duration kIteratorLife = std::chrono::minutes(15);

Stream require(const DynamoDbStreams& service, const std::string& arn, Time now) {
  auto found = service.feed.find(arn);
  if (!found || (!found->open() && found->disabled < now - ChangeFeed::kRetention))
    throw kResourceNotFound("Requested resource not found: Stream: " + arn + " not found");
  return std::move(*found);
}

struct ListInput {
  std::optional<std::string> table, start;
  std::optional<int> limit;
};

struct StreamItem {
  std::string arn, table, label;
  static Shape shape() {
    return {required<&StreamItem::arn>("StreamArn"), required<&StreamItem::table>("TableName"),
            required<&StreamItem::label>("StreamLabel")};
  }
};

struct ListOutput {
  std::vector<StreamItem> streams;
  std::optional<std::string> last;
};

ListOutput list(DynamoDbStreams& service, const Call& call, const ListInput& in) {
  const auto limit = static_cast<std::size_t>(in.limit.value_or(100));
  bool skipping = in.start.has_value();
  ListOutput out;
  for (const Stream& s : service.feed.all(call.account, call.region)) {
    if (skipping) {
      skipping = s.arn != *in.start;
      continue;
    }
    const bool by_arn = in.table && in.table->starts_with("arn:");
    if (in.table && (by_arn ? !s.arn.starts_with(*in.table + "/") : s.table != *in.table)) continue;
    if (!s.open() && s.disabled < call.now - ChangeFeed::kRetention) continue;
    if (out.streams.size() == limit) {
      out.last = out.streams.back().arn;
      break;
    }
    out.streams.push_back({s.arn, s.table, s.label});
  }
  return out;
}

struct DescribeInput {
  std::string arn;
  std::optional<int> limit;
  std::optional<std::string> start;
  Value filter;
};

struct DescribeOutput {
  Value description;
};

DescribeOutput describe(DynamoDbStreams& service, const Call& call, const DescribeInput& in) {
  if (!in.filter.is_null()) throw kValidation("ShardFilter is not supported by Puddle yet");
  const Stream s = require(service, in.arn, call.now);
  Map range{{"StartingSequenceNumber", Value(ChangeFeed::sequence_text(s.first))}};
  if (!s.open())
    range.add("EndingSequenceNumber", ChangeFeed::sequence_text(std::max(s.first, service.feed.last(s.id))));
  Map shard{{"ShardId", Value(s.shard)}, {"SequenceNumberRange", Value(std::move(range))}};
  List shards;
  if (!in.start) shards.emplace_back(std::move(shard));
  Map out;
  out.add("StreamArn", s.arn);
  out.add("StreamLabel", s.label);
  out.add("StreamStatus", s.open() ? "ENABLED" : "DISABLED");
  out.add("StreamViewType", s.view);
  out.add("CreationRequestDateTime", s.enabled);
  out.add("TableName", s.table);
  out.add("KeySchema", wire::Raw{s.key_schema});
  out.add("Shards", std::move(shards));
  return {.description = Value(std::move(out))};
}

/// "ARN|position|made": where to read on, and when the iterator was made.
std::string iterator_text(const Stream& s, std::int64_t position, Time now) {
  return s.arn + "|1|" +
         base64(s.arn + "|" + std::to_string(position) + "|" + std::to_string(to_millis(now)));
}

struct Position {
  std::string arn;
  std::int64_t from = 0;
  Time made{};
};

Position parse_iterator(const std::string& text) {
  const auto encoded = text.rfind('|');
  const auto plain =
      encoded == std::string::npos ? std::nullopt : from_base64(std::string_view(text).substr(encoded + 1));
  if (plain) {
    const auto parts = split(*plain, '|');
    if (parts.size() == 3)
      if (const auto from = parse_int(parts[1]), made = parse_int(parts[2]); from && made)
        return {std::string(parts[0]), *from, from_millis(*made)};
  }
  throw kValidation("Invalid ShardIterator");
}

struct IteratorInput {
  std::string arn, shard, type;
  std::optional<std::string> sequence;
};

struct IteratorOutput {
  std::string iterator;
};

IteratorOutput iterator(DynamoDbStreams& service, const Call& call, const IteratorInput& in) {
  const Stream s = require(service, in.arn, call.now);
  if (in.shard != s.shard) throw kResourceNotFound("Requested resource not found: Shard does not exist");
  const bool at = in.type == "AT_SEQUENCE_NUMBER", after = in.type == "AFTER_SEQUENCE_NUMBER";
  std::int64_t position = s.first;
  if (at || after) {
    const auto given = in.sequence ? ChangeFeed::parse_sequence(*in.sequence) : std::nullopt;
    if (!given)
      throw kValidation(in.sequence ? "Invalid SequenceNumber"
                                    : "SequenceNumber must be specified for " + in.type);
    if (*given < s.first)
      throw kTrimmed("The operation attempted to read past the oldest stream record in a shard.");
    position = at ? *given : *given + 1;
  } else if (in.sequence) {
    throw kValidation("SequenceNumber must not be specified for " + in.type);
  } else if (in.type == "LATEST") {
    position = std::max(s.first, service.feed.last(s.id) + 1);
  }
  return {.iterator = iterator_text(s, position, call.now)};
}

struct RecordsInput {
  std::string iterator;
  std::optional<int> limit;
};

struct RecordsOutput {
  std::vector<Value> records;
  std::optional<std::string> next;
};

RecordsOutput get(DynamoDbStreams& service, const Call& call, const RecordsInput& in) {
  const Position position = parse_iterator(in.iterator);
  if (call.now - position.made > kIteratorLife) throw kExpiredIterator("Iterator expired");
  const Stream s = require(service, position.arn, call.now);
  RecordsOutput out;
  std::int64_t next = position.from;
  for (ChangeFeed::Record& r :
       service.feed.read(s.id, position.from, static_cast<std::size_t>(in.limit.value_or(1000)), call.now)) {
    next = r.sequence + 1;
    out.records.emplace_back(wire::Raw{std::move(r.event)});
  }
  // The end of a closed shard: nothing will ever follow.
  const bool ended = !s.open() && next > service.feed.last(s.id);
  if (!ended) out.next = iterator_text(s, next, call.now);
  return out;
}

Operation list_streams() {
  return operation<DynamoDbStreams, ListInput, ListOutput>({
      .name = "ListStreams",
      .action = "dynamodb:ListStreams",
      .input = {optional<&ListInput::table>("TableName", {.min = 1, .max = 1024}),
                optional<&ListInput::limit>("Limit", {.min = 1}),
                optional<&ListInput::start>("ExclusiveStartStreamArn", {.min = 37, .max = 1024})},
      .output = {required<&ListOutput::streams>("Streams"),
                 optional<&ListOutput::last>("LastEvaluatedStreamArn")},
      .errors = {kResourceNotFound},
      .handle = list,
  });
}

Operation describe_stream() {
  return operation<DynamoDbStreams, DescribeInput, DescribeOutput>({
      .name = "DescribeStream",
      .action = "dynamodb:DescribeStream",
      .resource = [](DynamoDbStreams&, const Call&, const DescribeInput& in) { return in.arn; },
      .input = {required<&DescribeInput::arn>("StreamArn", {.min = 37, .max = 1024}),
                optional<&DescribeInput::limit>("Limit", {.min = 1}),
                optional<&DescribeInput::start>("ExclusiveStartShardId", {.min = 28, .max = 65}),
                optional<&DescribeInput::filter>("ShardFilter")},
      .output = {required<&DescribeOutput::description>("StreamDescription")},
      .errors = {kResourceNotFound, kValidation},
      .handle = describe,
  });
}

Operation get_shard_iterator() {
  return operation<DynamoDbStreams, IteratorInput, IteratorOutput>({
      .name = "GetShardIterator",
      .action = "dynamodb:GetShardIterator",
      .resource = [](DynamoDbStreams&, const Call&, const IteratorInput& in) { return in.arn; },
      .input = {required<&IteratorInput::arn>("StreamArn", {.min = 37, .max = 1024}),
                required<&IteratorInput::shard>("ShardId", {.min = 28, .max = 65}),
                required<&IteratorInput::type>(
                    "ShardIteratorType",
                    {.one_of = {"TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"}}),
                optional<&IteratorInput::sequence>("SequenceNumber", {.min = 21, .max = 40})},
      .output = {required<&IteratorOutput::iterator>("ShardIterator")},
      .errors = {kResourceNotFound, kValidation, kTrimmed},
      .handle = iterator,
  });
}

Operation get_records() {
  return operation<DynamoDbStreams, RecordsInput, RecordsOutput>({
      .name = "GetRecords",
      .action = "dynamodb:GetRecords",
      .resource = [](DynamoDbStreams&, const Call&,
                     const RecordsInput& in) { return parse_iterator(in.iterator).arn; },
      .input = {required<&RecordsInput::iterator>("ShardIterator", {.min = 1, .max = 2048}),
                optional<&RecordsInput::limit>("Limit", {.min = 1, .max = 1000})},
      .output = {required<&RecordsOutput::records>("Records"),
                 optional<&RecordsOutput::next>("NextShardIterator")},
      .errors = {kResourceNotFound, kValidation, kExpiredIterator},
      .handle = get,
  });
}

}  // namespace

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (Operation (*make_one)() : {list_streams, describe_stream, get_shard_iterator, get_records})
    out.push_back(make_one());
  return out;
}

}  // namespace puddle::dynamodbstreams
