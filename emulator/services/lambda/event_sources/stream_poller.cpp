// A stream as event source. Each lane of its shard has a poller of its own, which sees the records whose key
// belongs to the lane, in order, one batch at a time. It is woken by the stream; nothing asks once a second.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

constexpr std::size_t kMaxBatchBytes = 6'000'000;  // of an event
constexpr int kPage = 1000;

struct Page {
  std::vector<StreamItem> items;
  bool ended = false;  // a closed shard has no more
  std::string problem;
};

struct LaneBatch {
  std::vector<StreamItem> items;
  std::string cursor;  // the last record that was looked at
  bool ended = false, full = false;
  std::string problem;
};

StreamItem make_item(const Value& record) {
  StreamItem item;
  item.json = record.kind() == Value::Kind::raw ? record.raw().json : wire::to_json(record);
  const auto parsed = wire::parse_json(item.json);
  const Value* change = parsed ? parsed->find("dynamodb") : nullptr;
  if (!change) return item;
  item.sequence = change->text_or("SequenceNumber");
  if (const Value* keys = change->find("Keys")) item.keys = wire::to_json(*keys);
  const Value* at = change->find("ApproximateCreationDateTime");
  if (at && (at->kind() == Value::Kind::integer || at->kind() == Value::Kind::real))
    item.arrived = from_millis(static_cast<std::int64_t>(at->real() * 1000));
  return item;
}

/// Up to a page of records after the position; from the oldest when that one is not kept any more.
Task<Page> read_page(Lambda& service, Function function, std::string stream_arn, std::string shard,
                     std::string after) {
  Page out;
  try {
    Map input{{"StreamArn", Value(stream_arn)},
              {"ShardId", Value(shard)},
              {"ShardIteratorType", Value(after.empty() ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER")}};
    if (!after.empty()) input.add("SequenceNumber", after);
    ClientCall place =
        role_call(service, function, "dynamodbstreams", "GetShardIterator", std::move(input), stream_arn);
    Task<Value> placing = service.deps.client.call(std::move(place));
    const Value placed = co_await std::move(placing);
    Map next{{"ShardIterator", Value(placed.text_or("ShardIterator"))}, {"Limit", Value(kPage)}};
    ClientCall get =
        role_call(service, function, "dynamodbstreams", "GetRecords", std::move(next), stream_arn);
    Task<Value> getting = service.deps.client.call(std::move(get));
    const Value got = co_await std::move(getting);
    if (const Value* records = got.find("Records"))
      for (const Value& r : records->list()) out.items.push_back(make_item(r));
    const Value* iterator = got.find("NextShardIterator");
    out.ended = !iterator || iterator->is_null();
  } catch (const AwsError& e) {
    out.problem = e.what();
  }
  co_return std::move(out);
}

/// Records of the lane that the mapping wants, up to a full batch.
Task<LaneBatch> read_lane(Lambda& service, Mapping mapping, LanePlace place, int lanes, std::string after,
                          std::shared_ptr<const RecordFilter> filter) {
  LaneBatch out;
  out.cursor = std::move(after);
  const auto wanted = static_cast<std::size_t>(mapping.config.batch_size);
  std::size_t bytes = 0;
  while (!out.full) {
    const Function* function = service.find_arn(mapping.config.function_arn);
    if (!function) {
      out.problem = "there is no function " + mapping.config.function_arn;
      break;
    }
    Task<Page> reading = read_page(service, *function, mapping.config.source_arn, place.shard, out.cursor);
    Page page = co_await std::move(reading);
    out.problem = page.problem;
    if (page.problem.starts_with("TrimmedDataAccess") && !out.cursor.empty()) {
      out.cursor.clear();
      continue;
    }
    out.ended = page.ended;
    if (page.items.empty()) break;
    for (StreamItem& item : page.items) {
      out.cursor = item.sequence;
      if (lane_of(item.keys, lanes) != place.lane || (filter && !filter->accepts_record(item.json))) continue;
      bytes += item.json.size() + 100;
      out.items.push_back(std::move(item));
      out.full = out.items.size() >= wanted || bytes >= kMaxBatchBytes;
      if (out.full) break;
    }
  }
  co_return std::move(out);
}

std::string checkpoint_of(const Lambda& service, const LanePlace& place) {
  for (const Records::Position& p : service.records.checkpoints(place.uuid, place.shard))
    if (p.lane == place.lane) return p.sequence;
  return {};
}

}  // namespace

int lane_of(std::string_view keys, int lanes) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : keys) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return static_cast<int>((hash >> 16) % static_cast<std::uint64_t>(lanes));
}

Task<> poll_lane(Lambda& service, std::string uuid, int lane, int lanes, std::shared_ptr<SourceState> state) {
  Loop& loop = service.deps.loop;
  int failures = 0;
  LanePlace place{uuid, {}, lane};
  std::string position;  // behind which we read; ahead of the checkpoint when records were passed over
  for (;;) {
    const Mapping* found = service.find_mapping(uuid);
    if (!found) co_return;
    const Mapping mapping = *found;
    const auto stream = service.feed.find(mapping.config.source_arn);
    if (!stream) co_return;  // the table was deleted a day ago
    place.shard = stream->shard;
    if (position.empty()) position = checkpoint_of(service, place);
    const std::uint64_t news = state->news;
    Task<LaneBatch> reading = read_lane(service, mapping, place, lanes, position, state->filter);
    LaneBatch batch = co_await std::move(reading);
    if (!batch.problem.empty()) {
      PUDDLE_LOG(warn, "lambda", "cannot read " + mapping.config.source_arn + ": " + batch.problem);
      const Time later = loop.now() + backoff(++failures);
      Sleep nap(loop, later);
      co_await nap;
      continue;
    }
    failures = 0;
    Time until = loop.now() + std::chrono::hours(1);
    bool ready = !batch.items.empty();
    if (ready && mapping.config.window > 0 && !batch.full && !batch.ended) {
      // A batch that is not full waits for more until its window ends; what was read is read again then.
      until = batch.items.front().arrived + std::chrono::seconds(mapping.config.window);
      ready = loop.now() >= until;
    }
    if (ready) {
      position = batch.cursor;
      const bool windows = mapping.config.tumbling.value_or(0) > 0;
      Task<> work = windows ? process_windows(service, place, std::move(batch.items))
                            : process_batch(service, place, std::move(batch.items));
      co_await std::move(work);
      continue;
    }
    if (batch.items.empty()) position = batch.cursor;
    if (mapping.config.tumbling.value_or(0) > 0) {
      Task<std::optional<Time>> closing = close_window(service, place);
      const std::optional<Time> next = co_await std::move(closing);
      if (next) until = std::min(until, *next);
      if (batch.items.empty() && batch.ended && !next) co_return;
    } else if (batch.items.empty() && batch.ended) {
      co_return;
    }
    if (state->news != news) continue;
    Signal::Wait wait(state->changed, until);
    const Wake why = co_await wait;
    if (why == Wake::gone) co_return;
  }
}

}  // namespace puddle::lambda
