// ListStreams, DescribeStream, GetShardIterator and GetRecords. A stream has one shard, as a small table on
// AWS has.
#include "aws/arn.hpp"
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
constexpr const char* kTrimmedText =
    "The operation attempted to read past the oldest stream record in a shard.";

constexpr std::size_t kMostListed = 100;

/// "table/T/stream/LABEL" of DynamoDB.
bool is_stream_arn(const std::string& text) {
  const auto arn = Arn::parse(text);
  return arn && arn->service == "dynamodb" && arn->resource.starts_with("table/") &&
         arn->resource.find("/stream/") != std::string::npos;
}

Stream require(const DynamoDbStreams& service, const std::string& arn, Time now) {
  if (!is_stream_arn(arn)) throw kValidation("Invalid StreamArn");
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
  if (in.start && !is_stream_arn(*in.start)) throw kValidation("Invalid ExclusiveStartStreamArn");
  const auto limit = static_cast<std::size_t>(in.limit.value_or(kMostListed));
  bool skipping = in.start.has_value();
  ListOutput out;
  for (const Stream& s : service.feed.all(call.account, call.region)) {
    if (skipping) {
      skipping = s.arn != *in.start;
      continue;
    }
    if (in.table && s.table != *in.table) continue;
    if (!s.open() && s.disabled < call.now - ChangeFeed::kRetention) continue;
    if (out.streams.size() == limit) {
      out.last = out.streams.back().arn;
      break;
    }
    out.streams.push_back({s.arn, s.table, s.label});
  }
  return out;
}

struct ShardFilter {
  std::optional<std::string> type, shard;
  static Shape shape() {
    return {optional<&ShardFilter::type>("Type", {.one_of = {"CHILD_SHARDS"}}),
            optional<&ShardFilter::shard>("ShardId", {.min = 28, .max = 65})};
  }
};

struct DescribeInput {
  std::string arn;
  std::optional<int> limit;
  std::optional<std::string> start;
  std::optional<ShardFilter> filter;
};

struct DescribeOutput {
  Value description;
};

DescribeOutput describe(DynamoDbStreams& service, const Call& call, const DescribeInput& in) {
  if (in.filter && in.filter->type.has_value() != in.filter->shard.has_value())
    throw kValidation("ShardFilter needs both Type and ShardId");
  const Stream s = require(service, in.arn, call.now);
  Map range{{"StartingSequenceNumber", Value(ChangeFeed::sequence_text(s.first))}};
  if (!s.open())
    range.add("EndingSequenceNumber", ChangeFeed::sequence_text(std::max(s.first, service.feed.last(s.id))));
  Map shard{{"ShardId", Value(s.shard)}, {"SequenceNumberRange", Value(std::move(range))}};
  List shards;
  // The only shard has no children, and nothing comes behind it.
  if (!in.filter && (!in.start || *in.start < s.shard)) shards.emplace_back(std::move(shard));
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

/// "ARN|position|made": where to read on, and when the iterator was made. Position 0 is TRIM_HORIZON: the
/// oldest record that is there when it is used.
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
  const bool at = in.type == "AT_SEQUENCE_NUMBER", after = in.type == "AFTER_SEQUENCE_NUMBER";
  if ((at || after) != in.sequence.has_value())
    throw kValidation(in.sequence ? "SequenceNumber must not be specified for " + in.type
                                  : "SequenceNumber must be specified for " + in.type);
  const auto given = in.sequence ? ChangeFeed::parse_sequence(*in.sequence) : std::nullopt;
  if (in.sequence && !given) throw kValidation("Invalid SequenceNumber");
  const Stream s = require(service, in.arn, call.now);
  if (in.shard != s.shard) throw kResourceNotFound("Requested resource not found: Shard does not exist");
  std::int64_t position = 0;
  if (at || after) {
    position = at ? *given : *given + 1;
    if (*given < s.first || service.feed.lost(s, position, call.now)) throw kTrimmed(kTrimmedText);
  } else if (in.type == "LATEST") {
    position = std::max({s.first, s.trimmed + 1, service.feed.last(s.id) + 1});
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
  if (call.now - position.made > kIteratorLife)
    throw kExpiredIterator(
        "The shard iterator has expired and can no longer be used to retrieve stream records. A shard "
        "iterator "
        "expires 15 minutes after it is retrieved using the GetShardIterator action.");
  const Stream s = require(service, position.arn, call.now);
  if (position.from > 0 && service.feed.lost(s, position.from, call.now)) throw kTrimmed(kTrimmedText);
  RecordsOutput out;
  std::int64_t next = position.from;
  for (ChangeFeed::Record& r :
       service.feed.read(s.id, position.from, static_cast<std::size_t>(in.limit.value_or(1000)), call.now)) {
    next = r.sequence + 1;
    out.records.emplace_back(wire::Raw{std::move(r.event)});
  }
  // The end of a closed shard: nothing will ever follow.
  const bool ended = !s.open() && (out.records.empty() || next > service.feed.last(s.id));
  if (!ended) out.next = iterator_text(s, next, call.now);
  return out;
}

Operation list_streams() {
  return operation<DynamoDbStreams, ListInput, ListOutput>({
      .name = "ListStreams",
      .action = "dynamodb:ListStreams",
      .input = {optional<&ListInput::table>("TableName",
                                            {.min = 3, .max = 255, .pattern = "[a-zA-Z0-9_.-]+"}),
                optional<&ListInput::limit>("Limit", {.min = 1, .max = 100}),
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
                optional<&DescribeInput::limit>("Limit", {.min = 1, .max = 100}),
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
      .errors = {kResourceNotFound, kValidation, kExpiredIterator, kTrimmed},
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
