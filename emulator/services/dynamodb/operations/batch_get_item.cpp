// BatchGetItem. What does not fit into 16 MB comes back as UnprocessedKeys; large answers are read in steps.
#include <set>

#include "runtime/signal.hpp"
#include "services/dynamodb/operations/batch_shapes.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;

constexpr std::size_t kMaxKeys = 100;
constexpr std::int64_t kMaxBytes = 16 << 20, kStepBytes = 1 << 20;

struct KeysAndAttributes {
  std::vector<Value> keys;
  std::optional<std::vector<std::string>> attributes;
  std::optional<bool> consistent;
  std::optional<std::string> projection;
  Value names;
  static Shape shape() {
    return {required<&KeysAndAttributes::keys>("Keys", {.min = 1}),
            optional<&KeysAndAttributes::attributes>("AttributesToGet", {.min = 1}),
            optional<&KeysAndAttributes::consistent>("ConsistentRead"),
            optional<&KeysAndAttributes::projection>("ProjectionExpression"),
            optional<&KeysAndAttributes::names>("ExpressionAttributeNames")};
  }
};

struct Input {
  std::optional<std::map<std::string, KeysAndAttributes>> items;
  std::optional<std::string> capacity;
};

struct Output {
  Value responses, unprocessed, capacity;
};

struct Get {
  std::string table;  // as the request names it
  const KeysAndAttributes* from = nullptr;
  Projecting projecting;
  Value key;
  std::string encoded;
};

/// The request as AWS echoes it in messages.
std::string shown(const std::map<std::string, KeysAndAttributes>& items) {
  Map out;
  for (const auto& [table, entry] : items)
    out.add(table, Map{{"Keys", Value(List(entry.keys.begin(), entry.keys.end()))}});
  return wire::to_json(Value(std::move(out)));
}

void check_counts(const Input& in) {
  if (!in.items || in.items->empty())
    throw ItemError{"The requestItems parameter is required for BatchGetItem"};
  std::size_t all = 0;
  for (const auto& [table, entry] : *in.items) {
    check_table_name(table, [&] { return shown(*in.items); });
    if (entry.keys.size() > kMaxKeys)
      throw ItemError{
          "1 validation error detected: Value at 'RequestItems." + table +
          ".member.Keys' failed to satisfy constraint: Member must have length less than or equal "
          "to 100"};
    all += entry.keys.size();
  }
  if (all > kMaxKeys) throw ItemError{"Too many items requested for the BatchGetItem call"};
}

constexpr const char* kDuplicates = "Provided list of item keys contains duplicates";

/// Doubled keys come before a table that is missing; of one that is there its schema tells more.
void check_distinct(const std::vector<Get>& gets) {
  std::set<std::pair<std::string, std::map<std::string, std::string>>> seen;
  for (const Get& get : gets) {
    std::map<std::string, std::string> key;
    for (const auto& [name, value] : get.key.map()) key.emplace(name, wire::to_json(value));
    if (!seen.emplace(get.table, std::move(key)).second) throw ItemError{kDuplicates};
  }
}

std::vector<Get> gets_of(DynamoDb& db, const Call& call, const Input& in) {
  check_counts(in);
  std::vector<Get> out;
  for (const auto& [table, entry] : *in.items) {
    check_parameters({{"AttributesToGet", entry.attributes.has_value()}},
                     {{"ProjectionExpression", entry.projection.has_value()}}, entry.names, {});
    for (const Value& key : entry.keys) {
      Get& get = out.emplace_back();
      get.table = table;
      get.from = &entry;
      get.key = normal_item(key);
    }
    const Projecting projecting(db.expressions, entry.attributes, entry.projection, entry.names);
    for (std::size_t i = out.size() - entry.keys.size(); i < out.size(); ++i) out[i].projecting = projecting;
  }
  for (const auto& [table, entry] : *in.items) {
    authorise(db, call, "dynamodb:BatchGetItem", table_arn(call, table));
    if (!db.find(call, table)) check_distinct(out);
    db.require(call, table, true);
  }
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (Get& get : out) {
    const Table& table = db.require(call, get.table, true);
    get.encoded = key_of_key(get.key, table.keys);
    check_key_paths(get.projecting.paths(), table.keys, "Key");
    if (!seen.emplace(table.id, get.encoded).second) throw ItemError{kDuplicates};
  }
  return out;
}

/// The lists of the answer, JSON by table.
class Answer {
 public:
  explicit Answer(const Input& in) {
    for (const auto& [table, entry] : *in.items) texts_.emplace(table, "[");
  }
  void add(const Get& get, StoredItem item) {
    std::string& text = texts_[get.table];
    if (text.size() > 1) text += ',';
    wire::append_json(text, get.projecting.view(std::move(item)));
  }
  void refuse(const Get& get) {
    Value& entry = unprocessed_[get.table];
    if (entry.is_null()) {
      KeysAndAttributes rest = *get.from;
      rest.keys.clear();
      Map members{{"Keys", Value(List())}};
      if (rest.attributes) {
        List names(rest.attributes->begin(), rest.attributes->end());
        members.add("AttributesToGet", std::move(names));
      }
      if (rest.consistent) members.add("ConsistentRead", *rest.consistent);
      if (rest.projection) members.add("ProjectionExpression", *rest.projection);
      if (!rest.names.is_null()) members.add("ExpressionAttributeNames", std::move(rest.names));
      entry = Value(std::move(members));
    }
    entry.map().find("Keys")->list().push_back(get.key);
  }
  Output take() {
    Output out;
    Map responses;
    for (auto& [table, text] : texts_) responses.add(table, wire::Raw{std::move(text) + ']'});
    out.responses = Value(std::move(responses));
    out.unprocessed = Value(std::move(unprocessed_));
    return out;
  }

 private:
  std::map<std::string, std::string> texts_;
  Map unprocessed_;
};

Task<Output> handle(DynamoDb& db, const Call& call, Input in) {
  const std::vector<Get> gets = checked([&] { return gets_of(db, call, in); });
  Answer answer(in);
  std::map<std::string, double> units;
  std::int64_t bytes = 0, step = 0;
  bool full = false;
  for (const Get& get : gets) {
    if (full) {
      answer.refuse(get);
      continue;
    }
    const Table& table = db.require(call, get.table, true);
    if (!db.throttle.may_read(table, call.now)) {
      answer.refuse(get);
      continue;
    }
    auto found = db.records.get(table.tree, get.encoded);
    if (full = found && bytes + found->size > kMaxBytes; full) {
      answer.refuse(get);
      continue;
    }
    Usage usage;
    usage.table = read_units(found ? found->size : 0, get.from->consistent.value_or(false));
    units[get.table] += usage.table;
    db.throttle.charge(table, usage, true, call.now);
    if (!found) continue;
    bytes += found->size;
    step += found->size;
    answer.add(get, std::move(*found));
    if (step < kStepBytes) continue;
    step = 0;
    Sleep others(db.deps.loop, db.deps.loop.now());
    co_await others;
  }
  if (units.empty()) db.throttle.check_read(db.require(call, gets[0].table, true), nullptr, call.now);
  Output out = answer.take();
  Usages usages;  // of the tables as they are now
  for (const auto& [table, used] : units) usages.of(db.require(call, table, true)).table += used;
  out.capacity = usages.describe(in.capacity);
  co_return std::move(out);
}

}  // namespace

Operation batch_get_item() {
  return operation<DynamoDb, Input, Output>({
      .name = "BatchGetItem",
      .action = "",  // for each table
      .input = {optional<&Input::items>("RequestItems"),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity)},
      .output = {required<&Output::responses>("Responses"), required<&Output::unprocessed>("UnprocessedKeys"),
                 optional<&Output::capacity>("ConsumedCapacity")},
      .errors = kReadErrors,
      .wait = handle,
  });
}

}  // namespace puddle::dynamodb
