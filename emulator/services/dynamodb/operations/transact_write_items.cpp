// TransactWriteItems: up to 100 puts, updates, deletes and condition checks, all or nothing.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/transaction.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using Kind = ItemWrite::Kind;

/// Put, Update, Delete and ConditionCheck have these, but for Item or Key and the UpdateExpression.
struct Action {
  std::string table;
  Value item;
  std::optional<std::string> update, condition, returns_on_failure;
  Value names, values;
};

std::vector<wire::Field> common(const char* item) {
  return {required<&Action::item>(item), required<&Action::table>("TableName", kTableName),
          optional<&Action::names>("ExpressionAttributeNames"),
          optional<&Action::values>("ExpressionAttributeValues"),
          optional<&Action::returns_on_failure>("ReturnValuesOnConditionCheckFailure", kReturnsOnFailure)};
}

Shape with(std::vector<wire::Field> fields, wire::Field more) {
  fields.push_back(std::move(more));
  return Shape(std::move(fields));
}

struct Put : Action {
  static Shape shape() { return with(common("Item"), optional<&Action::condition>("ConditionExpression")); }
};
struct Delete : Action {
  static Shape shape() { return with(common("Key"), optional<&Action::condition>("ConditionExpression")); }
};
struct Check : Action {
  static Shape shape() { return with(common("Key"), required<&Action::condition>("ConditionExpression")); }
};
struct Update : Action {
  static Shape shape() {
    auto fields = common("Key");
    fields.push_back(required<&Action::update>("UpdateExpression"));
    return with(std::move(fields), optional<&Action::condition>("ConditionExpression"));
  }
};

struct TransactItem {
  std::optional<Check> check;
  std::optional<Put> put;
  std::optional<Delete> remove;
  std::optional<Update> update;
  static Shape shape() {
    return {optional<&TransactItem::check>("ConditionCheck"), optional<&TransactItem::put>("Put"),
            optional<&TransactItem::remove>("Delete"), optional<&TransactItem::update>("Update")};
  }
  const Action& action(Kind& kind) const {
    const int given = check.has_value() + put.has_value() + remove.has_value() + update.has_value();
    if (given != 1) throw ItemError{"TransactItems can only contain one of Check, Put, Update or Delete"};
    kind = check ? Kind::check : put ? Kind::put : remove ? Kind::remove : Kind::update;
    if (check) return *check;
    if (put) return *put;
    if (remove) return *remove;
    return *update;
  }
};

struct Input {
  std::vector<TransactItem> items;
  std::optional<std::string> capacity, metrics, token;
};

struct Output {
  Value capacity, metrics;
};

ItemWrite write_of(DynamoDb& db, Kind kind, const Action& a) {
  ItemWrite write;
  write.kind = kind;
  write.item = normal_item(a.item);
  if (kind == Kind::put) write.size = checked_item_size(write.item);
  if (!a.update && !a.condition) return write;  // placeholders without expressions are no error here
  // Values may nest one level deeper than an item; what an update makes of them is held to the item's limit.
  Expressions expressions(db.expressions, a.names, a.values, 0);
  use_update(write, expressions, a.update);
  write.condition = expressions.condition(a.condition, "ConditionExpression");
  expressions.check_unused();
  return write;
}

const char* action_name(Kind kind) {
  switch (kind) {
    case Kind::put:
      return "dynamodb:PutItem";
    case Kind::update:
      return "dynamodb:UpdateItem";
    case Kind::remove:
      return "dynamodb:DeleteItem";
    default:
      return "dynamodb:ConditionCheckItem";
  }
}

/// What makes two requests with one token the same.
void append_request(std::string& out, Kind kind, const Action& a) {
  wire::append_json(out, wire::Value(wire::List{Value(static_cast<int>(kind)), Value(a.table), a.item,
                                                Value(a.update.value_or("")), Value(a.condition.value_or("")),
                                                a.names, a.values}));
}

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    std::vector<ItemWrite> writes;
    std::vector<std::string> tables;
    std::vector<std::optional<std::string>> returns;
    std::string request;
    for (const TransactItem& item : in.items) {
      Kind kind;
      const Action& action = item.action(kind);
      writes.push_back(write_of(db, kind, action));
      tables.push_back(action.table);
      returns.push_back(action.returns_on_failure);
      if (in.token) append_request(request, kind, action);
    }
    for (std::size_t i = 0; i < writes.size(); ++i)
      authorise(db, call, action_name(writes[i].kind), table_arn(call, tables[i]));
    Output out;
    if (in.token && replayed(db, call, *in.token, request)) {
      Usages reads;  // a replay only reads
      for (std::size_t i = 0; i < writes.size(); ++i) {
        Usage& usage = reads.of(db.require(call, tables[i], true));
        usage.table += read_units(writes[i].size, true);
        usage.reads = usage.transactional = true;
      }
      out.capacity = reads.describe(in.capacity);
      return out;
    }
    const std::vector<Written> written = run_transaction(db, call, writes, tables, returns);
    Usages usages;
    MetricsByTable metrics;
    for (std::size_t i = 0; i < writes.size(); ++i) {
      Usage usage = usage_of(written[i]);
      usage.transactional = true;
      usages.add(*writes[i].table(), usage);
      if (writes[i].kind != Kind::check) metrics.add(writes[i], in.metrics);
    }
    out.capacity = usages.describe(in.capacity);
    out.metrics = metrics.take();
    return out;
  });
}

}  // namespace

Operation transact_write_items() {
  return operation<DynamoDb, Input, Output>({
      .name = "TransactWriteItems",
      .action = "",  // for each action
      .input = {required<&Input::items>("TransactItems", {.min = 1, .max = kMaxActions}),
                optional<&Input::token>("ClientRequestToken", {.min = 1, .max = 36}),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity),
                optional<&Input::metrics>("ReturnItemCollectionMetrics", kMetrics)},
      .output = {optional<&Output::capacity>("ConsumedCapacity"),
                 optional<&Output::metrics>("ItemCollectionMetrics")},
      .errors = {kValidation, kSerialization, kResourceNotFound, kTransactionCanceled,
                 kIdempotentParameterMismatch, kThroughputExceeded},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
