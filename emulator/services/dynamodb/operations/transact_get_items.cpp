// TransactGetItems: up to 100 items at one moment.
#include <set>

#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/transaction.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;

struct Get {
  std::string table;
  Value key, names;
  std::optional<std::string> projection;
  static Shape shape() {
    return {required<&Get::key>("Key"), required<&Get::table>("TableName", kTableName),
            optional<&Get::projection>("ProjectionExpression"),
            optional<&Get::names>("ExpressionAttributeNames")};
  }
};

struct TransactItem {
  Get get;
  static Shape shape() { return {required<&TransactItem::get>("Get")}; }
};

struct Input {
  std::vector<TransactItem> items;
  std::optional<std::string> capacity;
};

struct Output {
  Value capacity, responses;
};

struct Prepared {
  Value key;
  Projecting projecting;
  const Table* table = nullptr;
  std::string encoded;
};

std::vector<Prepared> prepare(DynamoDb& db, const Call& call, const Input& in) {
  std::vector<Prepared> out;
  for (const TransactItem& item : in.items) {
    Prepared& p = out.emplace_back();
    p.key = normal_item(item.get.key);
    p.projecting = Projecting(db.expressions, std::nullopt, item.get.projection, item.get.names);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    authorise(db, call, "dynamodb:GetItem", table_arn(call, in.items[i].get.table));
    out[i].table = &db.require(call, in.items[i].get.table, true);
  }
  for (const Prepared& p : out) db.throttle.check_read(*p.table, nullptr, call.now);
  Reasons reasons(out.size());
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (std::size_t i = 0; i < out.size(); ++i) {
    try {
      out[i].encoded = key_of_key(out[i].key, out[i].table->keys);
      check_key_paths(out[i].projecting.paths(), out[i].table->keys, "Key");
    } catch (const ItemError& e) {
      cancel(reasons, i, e);
      continue;
    }
    if (!seen.emplace(out[i].table->id, out[i].encoded).second) throw ItemError{std::string(kOneItemTwice)};
  }
  reasons.check();
  return out;
}

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    const std::vector<Prepared> gets = prepare(db, call, in);
    List responses;
    Usages usages;
    std::int64_t bytes = 0;
    for (const Prepared& get : gets) {
      auto found = db.records.get(get.table->tree, get.encoded);
      Usage usage;
      usage.reads = usage.transactional = true;
      usage.table = read_units(found ? found->size : 0, true);
      db.throttle.charge(*get.table, usage, true, call.now);
      usages.add(*get.table, usage);
      bytes += found ? found->size : 0;
      if (bytes > kMaxTransactionBytes)
        throw ItemError{"The aggregate size of the items in the transaction exceeds 4 MB"};
      Map one;
      if (found) one.add("Item", get.projecting.view(std::move(*found)));
      responses.emplace_back(std::move(one));
    }
    return Output{usages.describe(in.capacity), Value(std::move(responses))};
  });
}

}  // namespace

Operation transact_get_items() {
  return operation<DynamoDb, Input, Output>({
      .name = "TransactGetItems",
      .action = "",  // for each item
      .input = {required<&Input::items>("TransactItems", {.min = 1, .max = kMaxActions}),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity)},
      .output = {optional<&Output::capacity>("ConsumedCapacity"), required<&Output::responses>("Responses")},
      .errors = {kValidation, kSerialization, kResourceNotFound, kTransactionCanceled, kThroughputExceeded},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
