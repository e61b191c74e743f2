// A stream as event source: batches in order, one at a time. The checkpoint row moves when a batch is done
// with: it was processed, or given up after its retries or its age, and then its whereabouts go to the
// failure destination. A kill between the function's answer and the checkpoint gives the batch again, never
// none.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/log.hpp"
#include "runtime/random.hpp"
#include "services/lambda/lambda.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

constexpr Duration kMaxPause = std::chrono::seconds(60);

struct Item {
  std::string json, sequence;
  Time arrived;
};
struct Batch {
  std::vector<Item> items;
  bool ended = false;  // a closed shard has no more
  std::string problem;
};

Item make_item(const Value& record) {
  Item item;
  item.json = record.kind() == Value::Kind::raw ? record.raw().json : wire::to_json(record);
  const auto parsed = wire::parse_json(item.json);
  const Value* change = parsed ? parsed->find("dynamodb") : nullptr;
  if (!change) return item;
  item.sequence = change->text_or("SequenceNumber");
  const Value* at = change->find("ApproximateCreationDateTime");
  if (at && (at->kind() == Value::Kind::integer || at->kind() == Value::Kind::real))
    item.arrived = from_millis(static_cast<std::int64_t>(at->real() * 1000));
  return item;
}

/// Up to count records after the checkpoint.
Task<Batch> read(Lambda& service, Function function, std::string stream_arn, std::string shard,
                 std::string after, int count) {
  Batch out;
  bool trimmed = false;
  try {
    Map input{{"StreamArn", Value(stream_arn)},
              {"ShardId", Value(shard)},
              {"ShardIteratorType", Value(after.empty() ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER")}};
    if (!after.empty()) input.add("SequenceNumber", after);
    ClientCall place =
        role_call(service, function, "dynamodbstreams", "GetShardIterator", std::move(input), stream_arn);
    Task<Value> placing = service.deps.client.call(std::move(place));
    const Value placed = co_await std::move(placing);
    Map next{{"ShardIterator", Value(placed.text_or("ShardIterator"))},
             {"Limit", Value(std::min(count, 1000))}};
    ClientCall get =
        role_call(service, function, "dynamodbstreams", "GetRecords", std::move(next), stream_arn);
    Task<Value> getting = service.deps.client.call(std::move(get));
    const Value got = co_await std::move(getting);
    if (const Value* records = got.find("Records"))
      for (const Value& r : records->list()) out.items.push_back(make_item(r));
    const Value* iterator = got.find("NextShardIterator");
    out.ended = !iterator || iterator->is_null();
  } catch (const AwsError& e) {
    // What came behind the checkpoint is older than a day: on with what is left.
    trimmed = e.code() == "TrimmedDataAccessException" && !after.empty();
    out.problem = e.what();
  }
  if (trimmed) {
    Task<Batch> rest = read(service, std::move(function), std::move(stream_arn), std::move(shard), "", count);
    out = co_await std::move(rest);
  }
  co_return std::move(out);
}

struct Run {
  bool failed = false;
  std::size_t done = 0;  // records that are behind us
  std::string error;
  Result result;
  std::string request_id;
};

Task<Run> run(Lambda& service, Mapping mapping, std::vector<Item> items) {
  Run out;
  Event event;
  event.request_id = out.request_id = uuid(service.deps.entropy);
  std::vector<std::string> records;
  records.reserve(items.size());
  for (const Item& i : items) records.push_back(i.json);
  event.payload = stream_event(records, mapping.config.source_arn);
  try {
    std::string arn = mapping.config.function_arn;
    Task<Result> work = service.environments.run(std::move(arn), std::move(event));
    out.result = co_await std::move(work);
    out.failed = out.result.failed();
  } catch (const AwsError& e) {
    out.failed = true;
    out.error = e.what();
  }
  if (!out.failed && mapping.reports_failures()) {
    const auto known = [&](std::string_view id) {
      return std::any_of(items.begin(), items.end(), [&](const Item& i) { return i.sequence == id; });
    };
    const BatchAnswer answer = read_batch_answer(out.result.outcome.payload, known);
    out.failed = answer.all_failed || !answer.failed.empty();
    // Everything before the lowest number that was reported is done.
    if (!answer.all_failed && out.failed) {
      const std::string lowest = *std::min_element(answer.failed.begin(), answer.failed.end());
      out.done = static_cast<std::size_t>(
          std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.sequence == lowest; }) -
          items.begin());
    }
  }
  if (!out.failed) out.done = items.size();
  if (service.deps.settings.hop) {
    const Function* f = service.find_arn(mapping.config.function_arn);
    service.deps.settings.hop(f ? f->config.name : mapping.config.function_arn,
                              std::to_string(out.done) + " of " + std::to_string(items.size()) +
                                  " record(s) done, " +
                                  std::to_string(out.result.outcome.duration.count() / 1000) + " ms");
  }
  co_return std::move(out);
}

/// Tells the failure destination where the records are that were given up.
Task<> give_up(Lambda& service, Mapping mapping, std::string shard, std::vector<Item> items, Run last,
               std::string condition, int attempts) {
  PUDDLE_LOG(warn, "lambda",
             "gives up " + std::to_string(items.size()) + " record(s) of " + mapping.config.source_arn +
                 ": " + condition);
  const auto& destination = mapping.config.destination;
  const std::string target =
      destination && destination->on_failure ? destination->on_failure->arn.value_or("") : "";
  const Function* f = service.find_arn(mapping.config.function_arn);
  if (target.empty() || !f) co_return;
  Map request{{"requestId", Value(last.request_id)},
              {"functionArn", Value(f->arn())},
              {"condition", Value(condition)},
              {"approximateInvokeCount", Value(attempts)}};
  Map response{{"statusCode", Value(200)},
               {"executedVersion", Value("$LATEST")},
               {"functionError", last.result.failed() ? Value("Unhandled") : Value()}};
  Map info{{"shardId", Value(shard)},
           {"startSequenceNumber", Value(items.front().sequence)},
           {"endSequenceNumber", Value(items.back().sequence)},
           {"approximateArrivalOfFirstRecord", Value(iso8601(items.front().arrived))},
           {"approximateArrivalOfLastRecord", Value(iso8601(items.back().arrived))},
           {"batchSize", Value(static_cast<std::int64_t>(items.size()))},
           {"streamArn", Value(mapping.config.source_arn)}};
  Map body{{"requestContext", Value(std::move(request))},
           {"responseContext", Value(std::move(response))},
           {"version", Value("1.0")},
           {"timestamp", Value(iso8601(service.deps.loop.now()))},
           {"DDBStreamBatchInfo", Value(std::move(info))}};
  const std::string text = wire::to_json(body);
  const auto arn = Arn::parse(target);
  const bool topic = arn->service == "sns";
  std::string problem;
  try {
    Map input{
        {topic ? "TopicArn" : "QueueUrl", Value(topic ? target : "/" + arn->account + "/" + arn->resource)},
        {topic ? "Message" : "MessageBody", Value(text)}};
    ClientCall call = role_call(service, *f, topic ? "sns" : "sqs", topic ? "Publish" : "SendMessage",
                                std::move(input), target);
    Task<Value> work = service.deps.client.call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    problem = e.what();
  }
  if (!problem.empty())
    PUDDLE_LOG(warn, "lambda", "the failure destination " + target + " refused: " + problem);
}

Duration pause(int attempt) {
  return std::min<Duration>(kMaxPause, std::chrono::milliseconds(200) * (1 << std::min(attempt, 12)));
}

/// Brings the items to an end, one way or the other; bisecting calls itself.
Task<> process(Lambda& service, std::string uuid, std::string shard, std::vector<Item> items) {
  int attempts = 0;
  while (!items.empty()) {
    const Mapping* found = service.find_mapping(uuid);
    if (!found) co_return;
    Mapping mapping = *found;
    Task<Run> running = run(service, mapping, items);
    Run outcome = co_await std::move(running);
    if (!service.find_mapping(uuid)) co_return;
    ++attempts;
    if (outcome.done > 0) {
      const std::string at = items[outcome.done - 1].sequence;
      service.deps.store.atomically([&] { service.records.put_checkpoint(uuid, shard, at); });
      items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(outcome.done));
      if (items.empty()) co_return;
    }
    const Time now = service.deps.loop.now();
    const int max_retries = mapping.config.max_retries.value_or(-1),
              max_age = mapping.config.max_age.value_or(-1);
    const Duration age = now - items.front().arrived;
    const bool too_old =
        age >= ChangeFeed::kRetention || (max_age >= 0 && age >= std::chrono::seconds(max_age));
    if (!too_old && mapping.config.bisect.value_or(false) && items.size() > 1 && outcome.done == 0) {
      // Two halves in order, each with its own attempts: splitting is no retry.
      const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
      std::vector<Item> first(items.begin(), middle), second(middle, items.end());
      Task<> one = process(service, uuid, shard, std::move(first));
      co_await std::move(one);
      Task<> two = process(service, uuid, shard, std::move(second));
      co_await std::move(two);
      co_return;
    }
    if (too_old || (max_retries >= 0 && attempts > max_retries)) {
      const std::string end = items.back().sequence;
      std::string condition = too_old ? "RecordAgeExceeded" : "RetryAttemptsExhausted";
      Task<> telling =
          give_up(service, mapping, shard, items, std::move(outcome), std::move(condition), attempts);
      co_await std::move(telling);
      service.deps.store.atomically([&] { service.records.put_checkpoint(uuid, shard, end); });
      co_return;
    }
    const Time later = now + pause(attempts);
    Sleep nap(service.deps.loop, later);
    co_await nap;
  }
}

}  // namespace

Task<> poll_stream(Lambda& service, std::string uuid, std::shared_ptr<SourceState> state) {
  Loop& loop = service.deps.loop;
  int failures = 0;
  for (;;) {
    const Mapping* found = service.find_mapping(uuid);
    if (!found) co_return;
    const MappingConfig config = found->config;
    const Function* function = service.find_arn(config.function_arn);
    const auto stream = service.feed.find(config.source_arn);
    if (!stream) co_return;  // the table was deleted a day ago
    std::string problem = function ? "" : "there is no function " + config.function_arn;
    Batch batch;
    state->fresh = false;
    if (function) {
      std::string after = service.records.checkpoint(uuid, stream->shard).value_or("");
      Task<Batch> reading =
          read(service, *function, config.source_arn, stream->shard, std::move(after), config.batch_size);
      batch = co_await std::move(reading);
      problem = batch.problem;
    }
    if (!problem.empty()) {
      PUDDLE_LOG(warn, "lambda", "cannot read " + config.source_arn + ": " + problem);
      const Time later = loop.now() + backoff(++failures);
      Sleep nap(loop, later);
      co_await nap;
      continue;
    }
    failures = 0;
    if (batch.items.empty()) {
      if (batch.ended) co_return;
      if (state->fresh) continue;
      const Time far = loop.now() + std::chrono::hours(1);
      Signal::Wait wait(state->changed, far);
      const Wake why = co_await wait;
      if (why == Wake::gone) co_return;
      continue;
    }
    // A batch that is not full waits for more until its window ends.
    if (config.window > 0 && static_cast<int>(batch.items.size()) < config.batch_size && !batch.ended) {
      const Time closes = batch.items.front().arrived + std::chrono::seconds(config.window);
      if (loop.now() < closes) {
        Signal::Wait wait(state->changed, closes);
        const Wake why = co_await wait;
        if (why == Wake::gone) co_return;
        if (loop.now() < closes) continue;
        std::string after = service.records.checkpoint(uuid, stream->shard).value_or("");
        const Function* still = service.find_arn(config.function_arn);
        if (!still) continue;
        Task<Batch> again =
            read(service, *still, config.source_arn, stream->shard, std::move(after), config.batch_size);
        batch = co_await std::move(again);
        if (batch.items.empty()) continue;
      }
    }
    Task<> work = process(service, uuid, stream->shard, std::move(batch.items));
    co_await std::move(work);
  }
}

}  // namespace puddle::lambda
