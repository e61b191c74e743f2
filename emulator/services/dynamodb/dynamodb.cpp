#include "services/dynamodb/dynamodb.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "embedded/dynamodb/schema.sql.hpp"
#include "runtime/random.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr Duration kTrimEvery = std::chrono::minutes(15);  // readers see no old records in any case

Value raw(const std::string& json) { return Value(wire::Raw{json}); }

}  // namespace

DynamoDb::DynamoDb(Deps d) : deps(d), records(d.store), feed(d.store), operations_(make_operations()) {}

const wire::ServiceWire& DynamoDb::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "dynamodb";
    w.protocol = wire::Protocol::json_1_0;
    w.target_prefix = "DynamoDB_20120810";
    w.api_version = "2012-08-10";
    w.error_namespace = "com.amazonaws.dynamodb.v20120810#";
    w.crc32 = true;
    return w;
  }();
  return description;
}

std::vector<Migration> DynamoDb::migrations() const {
  return {ChangeFeed::migration(), {"dynamodb", 1, std::string(embedded::kDynamoDbSchema)}};
}

void DynamoDb::start() {
  trimmer_ = deps.loop.at(deps.loop.now() + kTrimEvery, [this] {
    deps.store.atomically([this] { feed.trim(deps.loop.now()); });
    start();
  });
}

void DynamoDb::stop() { deps.loop.cancel(std::exchange(trimmer_, 0)); }

void DynamoDb::load() {
  tables_.clear();
  records.load([this](std::unique_ptr<Table> t) {
    last_id_ = std::max(last_id_, t->id);
    t->prepare();
    if (!t->stream_arn.empty())
      if (auto stream = feed.find(t->stream_arn); stream && stream->open()) t->stream = std::move(stream);
    add(std::move(t));
  });
}

Table& DynamoDb::add(std::unique_ptr<Table> t) {
  const std::string account = t->account, region = t->region, name = t->name;
  return tables_.insert(account, region, name, std::move(t));
}

void DynamoDb::drop(Table& t, Time now) {
  close_stream(t, now);
  records.drop(t);
  const std::string account = t.account, region = t.region, name = t.name;
  tables_.erase(account, region, name);
}

Table* DynamoDb::find(const Call& call, const std::string& name_or_arn) {
  if (const auto arn = Arn::parse(name_or_arn); arn && arn->resource.starts_with("table/"))
    return tables_.find(arn->account, arn->region, arn->resource.substr(6));
  return tables_.find(call.account, call.region, name_or_arn);
}

Table& DynamoDb::require(const Call& call, const std::string& name_or_arn, bool for_items) {
  if (Table* t = find(call, name_or_arn)) return *t;
  throw kResourceNotFound(for_items ? "Requested resource not found"
                                    : "Requested resource not found: Table: " + name_or_arn + " not found");
}

Value DynamoDb::describe(const Table& t, std::string_view status) const {
  Map out = t.definition.map();
  out.erase("Tags");
  out.add("TableName", t.name);
  out.add("TableStatus", status);
  out.add("CreationDateTime", t.created);
  const auto [items, bytes] = records.count(t);
  out.add("ItemCount", items);
  out.add("TableSizeBytes", bytes);
  out.add("TableArn", t.arn);
  out.add("TableId", t.uuid);
  if (t.stream) {
    out.add("StreamSpecification", Map{{"StreamEnabled", true}, {"StreamViewType", Value(t.stream->view)}});
  }
  if (!t.stream_arn.empty()) {
    out.add("LatestStreamLabel", t.stream_arn.substr(t.stream_arn.rfind('/') + 1));
    out.add("LatestStreamArn", t.stream_arn);
  }
  return Value(std::move(out));
}

void DynamoDb::open_stream(Table& t, const std::string& view, Time now) {
  ChangeFeed::Stream s;
  s.label = iso8601(now);
  s.label.pop_back();  // "2026-01-01T00:00:00.000"
  s.arn = t.arn + "/stream/" + s.label;
  s.account = t.account;
  s.region = t.region;
  s.table = t.name;
  s.view = view;
  s.key_schema = wire::to_json(*t.definition.find("KeySchema"));
  s.enabled = now;
  s.first = feed.next_sequence(now);
  s.shard = "shardId-" + ChangeFeed::sequence_text(to_millis(now)).substr(1) + "-" +
            random_text(deps.entropy, 8, "0123456789abcdef");
  feed.open(s);
  t.stream_arn = s.arn;
  records.update(t);
  t.stream = std::move(s);
}

void DynamoDb::close_stream(Table& t, Time now) {
  if (!t.stream) return;
  feed.close(t.stream->arn, now);
  deps.feeds->raise(t.stream->arn);
  t.stream.reset();
}

void DynamoDb::write(Table& t, const std::string& key, const Value* item,
                     const std::optional<StoredItem>& old, Time now) {
  StoredItem next;
  if (item) {
    next.json = wire::to_json(*item);
    next.size = static_cast<std::int64_t>(size_of_item(*item));
    if (next.size > static_cast<std::int64_t>(kMaxItemBytes))
      throw kValidation("Item size has exceeded the maximum allowed size");
    // Nothing changes: no record, as on AWS; the write itself may be left out too.
    if (old && old->json == next.json) return;
    records.put(t, key, next);
  } else {
    if (!old) return;
    records.remove(t, key);
  }
  if (!t.stream) return;
  const std::string& view = t.stream->view;
  const bool want_new = view.starts_with("NEW"),
             want_old = view.ends_with("OLD_IMAGES") || view == "OLD_IMAGE";
  Value keys;
  std::size_t bytes = 0;
  if (item)
    keys = key_attributes(*item, t.keys);
  else if (auto parsed = wire::parse_json(old->json))
    keys = key_attributes(*parsed, t.keys);
  bytes += size_of_item(keys);
  Map data;
  data.add("ApproximateCreationDateTime", to_seconds(now));
  data.add("Keys", std::move(keys));
  if (item && want_new) {
    data.add("NewImage", raw(next.json));
    bytes += static_cast<std::size_t>(next.size);
  }
  if (old && want_old) {
    data.add("OldImage", raw(old->json));
    bytes += static_cast<std::size_t>(old->size);
  }
  ChangeFeed::Record record;
  record.sequence = feed.next_sequence(now);
  data.add("SequenceNumber", ChangeFeed::sequence_text(record.sequence));
  data.add("SizeBytes", static_cast<std::int64_t>(bytes));
  data.add("StreamViewType", view);
  Map event;
  event.add("eventID", hex(deps.entropy.bytes(16)));
  event.add("eventName", !item ? "REMOVE" : old ? "MODIFY" : "INSERT");
  event.add("eventVersion", "1.1");
  event.add("eventSource", "aws:dynamodb");
  event.add("awsRegion", t.region);
  event.add("dynamodb", std::move(data));
  record.event = wire::to_json(event);
  feed.append(t.stream->id, record, now);
  deps.feeds->raise(t.stream->arn);
}

void refuse(bool given, const char* parameter) {
  if (given) throw kValidation(std::string(parameter) + " is not supported by Puddle yet");
}

Value consumed(const Table& t, const std::optional<std::string>& wanted, double units) {
  if (!wanted || *wanted == "NONE") return {};
  Map out{{"TableName", Value(t.name)}, {"CapacityUnits", Value(units)}};
  if (*wanted == "INDEXES") out.add("Table", Map{{"CapacityUnits", Value(units)}});
  return Value(std::move(out));
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<DynamoDb>(deps); }

}  // namespace puddle::dynamodb
