#include "services/dynamodb/dynamodb.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "embedded/dynamodb/schema.sql.hpp"
#include "runtime/random.hpp"
#include "services/dynamodb/writer.hpp"
#include "wire/json.hpp"
#include "wire/validate.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr Duration kTrimEvery = std::chrono::minutes(15);  // readers see no old records in any case

constexpr Duration kStepPause = std::chrono::milliseconds(1);  // between the steps of work in the background
constexpr std::size_t kFillRows = 200;                         // of one step, and
constexpr std::int64_t kFillBytes = 128 * 1024;

/// Item operations take an ARN, too, so that the model's limits of a name are checked here.
void check_name(const std::string& name) {
  constexpr const char* kPattern = "[a-zA-Z0-9_.-]+";
  if (name.starts_with("arn:")) return;
  const auto wrong = [&](const std::string& constraint) {
    throw kValidation("1 validation error detected: Value '" + name +
                      "' at 'tableName' failed to satisfy constraint: " + constraint);
  };
  if (name.size() > 255) wrong("Member must have length less than or equal to 255");
  if (!wire::matches_pattern(kPattern, name))
    wrong(std::string("Member must satisfy regular expression pattern: ") + kPattern);
}

}  // namespace

DynamoDb::DynamoDb(Deps d)
    : deps(d),
      records(d.store),
      feed(d.store),
      throttle(d.settings.throttle),
      operations_(make_operations()) {}

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

bool DynamoDb::serve(const HttpRequest& request, const Call& call, const Respond& respond) {
  if (request.method != "GET" || request.path() != "/") return false;
  HttpResponse response;
  response.headers.add("Content-Type", "text/plain");
  response.body = "healthy: dynamodb." + call.region + ".amazonaws.com ";
  respond(std::move(response));
  return true;
}

void DynamoDb::start() {
  trim_at(deps.loop.now() + kTrimEvery);
  sweep();
}

void DynamoDb::trim_at(Time when) {
  trimmer_ = deps.loop.at(when, [this] {
    const Time now = deps.loop.now();
    const bool more = deps.store.atomically([&] { return feed.trim_step(now); });
    trim_at(more ? now + kStepPause : now + kTrimEvery);
  });
}

void DynamoDb::sweep() {
  if (sweeper_) return;
  sweeper_ = deps.loop.at(deps.loop.now() + kStepPause, [this] { sweep_step(); });
}

void DynamoDb::sweep_step() {
  sweeper_ = 0;
  const bool counting = count_step();
  const bool sweeping = deps.store.atomically([this] { return records.sweep_step(); });
  if (counting || sweeping) sweep();
}

bool DynamoDb::count_step() {
  for (Table* t : tables_.all()) {
    if (t->tree.counting) return records.count_step(t->tree), true;
    for (const auto& index : t->indexes)
      if (index->tree.counting) return records.count_step(index->tree), true;
  }
  return false;
}

void DynamoDb::stop() {
  deps.loop.cancel(std::exchange(trimmer_, 0));
  deps.loop.cancel(std::exchange(sweeper_, 0));
  if (deps.store.broken()) return;
  deps.store.atomically([this] {
    for (Table* t : tables_.all()) {
      records.save_counts(t->tree);
      for (const auto& index : t->indexes) records.save_counts(index->tree);
    }
  });
}

void DynamoDb::load() {
  tables_.clear();
  records.load([this](std::unique_ptr<Table> t) {
    last_id_ = std::max(last_id_, t->id);
    // What is small is counted at once, the rest in steps.
    if (t->tree.counting) records.count_step(t->tree);
    for (const auto& index : t->indexes)
      if (index->tree.counting) records.count_step(index->tree);
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
  sweep();
}

Table* DynamoDb::find(const Call& call, const std::string& name_or_arn) {
  if (const auto arn = Arn::parse(name_or_arn); arn && arn->resource.starts_with("table/"))
    return tables_.find(arn->account, arn->region, arn->resource.substr(6));
  return tables_.find(call.account, call.region, name_or_arn);
}

Table& DynamoDb::require(const Call& call, const std::string& name_or_arn, bool for_items) {
  if (Table* t = find(call, name_or_arn)) return *t;
  if (for_items) check_name(name_or_arn);
  throw kResourceNotFound(for_items ? "Requested resource not found"
                                    : "Requested resource not found: Table: " + name_or_arn + " not found");
}

Value DynamoDb::describe(const Table& t, std::string_view status) const {
  Map out = t.definition.map();
  out.erase("Tags");
  out.add("TableName", t.name);
  out.add("TableStatus", status);
  out.add("CreationDateTime", t.created);
  out.add("ItemCount", t.tree.items);
  out.add("TableSizeBytes", t.tree.bytes);
  out.add("TableArn", t.arn);
  out.add("TableId", t.uuid);
  for (const char* kind : {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"})
    if (Value* list = out.find(kind))
      for (Value& shown : list->list())
        if (const Index* index = t.find_index(shown.text_or("IndexName"))) {
          shown.map()["IndexSizeBytes"] = index->tree.bytes;
          shown.map()["ItemCount"] = index->tree.items;
        }
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
  s.account = t.account;
  s.region = t.region;
  s.table = t.name;
  s.view = view;
  s.key_schema = wire::to_json(*t.definition.find("KeySchema"));
  feed.open(s, t.arn, random_text(deps.entropy, 8, "0123456789abcdef"), now);
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
                     const std::optional<StoredItem>& old, Time now, bool by_service) {
  Writer writer(*this, now, by_service);
  writer.write(t, key, item, item ? static_cast<std::int64_t>(size_of_item(*item)) : 0, old);
  writer.finish();
}

bool DynamoDb::fill_step(Table& t, Index& index, Time now) {
  if (!index.backfill) return true;
  struct Row {
    std::string key;
    StoredItem item;
  };
  std::vector<Row> rows;
  std::int64_t bytes = 0;
  bool more = false;
  records.range(t.tree, {*index.backfill + std::string(index.backfill->empty() ? 0 : 1, '\0'), ""}, true,
                [&](const Entry& e) {
                  more = rows.size() >= kFillRows || bytes >= kFillBytes;
                  if (more) return false;
                  Row& row = rows.emplace_back();
                  row.key = e.key;
                  row.item.json = e.json;
                  row.item.size = e.size;
                  bytes += static_cast<std::int64_t>(e.json.size());
                  return true;
                });
  Writer writer(*this, now);
  for (const Row& row : rows) writer.fill(index, row.key, row.item.value(), row.item.json, row.item.size);
  std::optional<std::string> reached;
  if (more) reached = rows.back().key;
  records.save_backfill(index, reached);
  writer.finish();
  index.backfill = std::move(reached);
  return !more;
}

void refuse(bool given, const char* parameter) {
  if (given) throw kValidation(std::string(parameter) + " is not supported by Puddle yet");
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<DynamoDb>(deps); }

}  // namespace puddle::dynamodb
