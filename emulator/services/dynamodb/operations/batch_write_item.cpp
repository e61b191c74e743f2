// BatchWriteItem: nothing is written unless everything is valid; then everything is.
#include <set>

#include "services/dynamodb/operations/batch_shapes.hpp"
#include "services/dynamodb/operations/factories.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;

constexpr std::size_t kMaxRequests = 25;
constexpr std::int64_t kMaxBytes = 16 << 20;

struct PutRequest {
  Value item;
  static Shape shape() { return {required<&PutRequest::item>("Item")}; }
};

struct DeleteRequest {
  Value key;
  static Shape shape() { return {required<&DeleteRequest::key>("Key")}; }
};

struct Request {
  std::optional<PutRequest> put;
  std::optional<DeleteRequest> remove;
  static Shape shape() {
    return {optional<&Request::put>("PutRequest"), optional<&Request::remove>("DeleteRequest")};
  }
};

using Requests = std::map<std::string, std::vector<Request>>;

struct Input {
  std::optional<Requests> items;
  std::optional<std::string> capacity, metrics;
};

struct Output {
  Value unprocessed{Map()}, metrics, capacity;
};

/// The request as AWS echoes it in messages, but for the attributes' values.
std::string shown(const Requests& items) {
  std::string out;
  const auto attributes = [&](const Value& item) {
    std::string names;
    if (item.is_map())
      for (const auto& member : item.map())
        names += (names.empty() ? "" : ", ") + member.first + "=AttributeValue()";
    return "{" + names + "})";
  };
  for (const auto& [table, requests] : items) {
    out += (out.empty() ? "{" : ", ") + table + "=[";
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Request& r = requests[i];
      out += std::string(i ? ", " : "") +
             "WriteRequest(putRequest=" + (r.put ? "PutRequest(item=" + attributes(r.put->item) : "null") +
             ", deleteRequest=" + (r.remove ? "DeleteRequest(key=" + attributes(r.remove->key) : "null") +
             ")";
    }
    out += "]";
  }
  return out + "}";
}

/// The names of the map's keys come here, because their form depends on whether they are ARNs.
void check_counts(const Requests& items) {
  std::size_t all = 0;
  for (const auto& [table, requests] : items) {
    check_table_name(table, [&] { return shown(items); });
    if (requests.empty() || requests.size() > kMaxRequests)
      throw ItemError{
          "1 validation error detected: Value '" + shown(items) +
          "' at 'requestItems' failed to satisfy "
          "constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, "
          "Member must have length greater than or equal to 1]"};
    all += requests.size();
  }
  if (all > kMaxRequests) throw ItemError{"Too many items requested for the BatchWriteItem call"};
}

ItemWrite write_of(const Request& request) {
  ItemWrite write;
  if (request.put.has_value() == request.remove.has_value())
    throw ItemError{
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes"};
  if (request.put) {
    write.item = normal_item(request.put->item);
    write.size = checked_item_size(write.item);
  } else {
    write.kind = ItemWrite::Kind::remove;
    write.item = normal_item(request.remove->key);
  }
  return write;
}

std::vector<std::pair<std::string, ItemWrite>> writes_of(const Requests& items) {
  std::vector<std::pair<std::string, ItemWrite>> out;
  std::int64_t bytes = 0;
  for (const auto& [table, requests] : items)
    for (const Request& request : requests) {
      out.emplace_back(table, write_of(request));
      bytes += out.back().second.size;
    }
  if (bytes > kMaxBytes) throw ItemError{"Request size exceeded the limit of 16 MB"};
  return out;
}

/// The key in an item has the words of a key alone here.
void check_key(const Value& item, const KeySchema& keys) {
  for (const auto* part : {&keys.hash, &keys.range})
    for (const KeyAttribute& a : *part)
      if (const Value* value = item.find(a.name); !value || type_of(*value) != a.type)
        throw ItemError{"The provided key element does not match the schema"};
}

void bind_all(DynamoDb& db, const Call& call, std::vector<std::pair<std::string, ItemWrite>>& writes) {
  std::vector<Table*> tables;
  tables.reserve(writes.size());
  for (auto& [name, write] : writes) tables.push_back(&db.require(call, name, true));
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    ItemWrite& write = writes[i].second;
    check_key(write.item, tables[i]->keys);
    write.bind(*tables[i]);
    if (!seen.emplace(tables[i]->id, write.key()).second)
      throw ItemError{"Provided list of item keys contains duplicates"};
  }
}

/// What throttling kept from being written.
void put_back(Map& unprocessed, const std::string& table, const ItemWrite& write) {
  const bool put = write.kind == ItemWrite::Kind::put;
  Map inner{{put ? "Item" : "Key", write.item}};
  Map request{{put ? "PutRequest" : "DeleteRequest", Value(std::move(inner))}};
  Value& list = unprocessed[table];
  if (list.is_null()) list = wire::List();
  list.list().emplace_back(std::move(request));
}

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    if (!in.items || in.items->empty())
      throw ItemError{"The requestItems parameter is required for BatchWriteItem"};
    check_counts(*in.items);
    auto writes = writes_of(*in.items);
    for (const auto& [table, requests] : *in.items)
      authorise(db, call, "dynamodb:BatchWriteItem", table_arn(call, table));
    bind_all(db, call, writes);
    Output out;
    Usages usages;
    MetricsByTable metrics;
    Writer writer(db, call.now);
    std::size_t done = 0;
    for (auto& [name, write] : writes) {
      if (!db.throttle.may_write(*write.table(), call.now)) {
        put_back(out.unprocessed.map(), name, write);
        continue;
      }
      ++done;
      write.decide(db.records);
      const Written written = write.apply(writer);
      const Usage usage = usage_of(written);
      db.throttle.charge(*write.table(), usage, false, call.now);
      usages.add(*write.table(), usage);
      metrics.add(write, in.metrics);
    }
    writer.finish();
    if (done == 0) db.throttle.check_write(*writes[0].second.table(), call.now);
    out.capacity = usages.describe(in.capacity);
    out.metrics = metrics.take();
    return out;
  });
}

}  // namespace

Operation batch_write_item() {
  return operation<DynamoDb, Input, Output>({
      .name = "BatchWriteItem",
      .action = "",  // for each table
      .input = {optional<&Input::items>("RequestItems"),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity),
                optional<&Input::metrics>("ReturnItemCollectionMetrics", kMetrics)},
      .output = {required<&Output::unprocessed>("UnprocessedItems"),
                 optional<&Output::metrics>("ItemCollectionMetrics"),
                 optional<&Output::capacity>("ConsumedCapacity")},
      .errors = kReadErrors,
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
