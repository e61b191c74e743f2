// ExecuteStatement: one PartiQL statement; a SELECT page by page.
#include "base/digest.hpp"
#include "base/text.hpp"
#include "runtime/signal.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/partiql.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using partiql::Bound;
using partiql::Statement;

struct Input : StatementInput {
  std::optional<std::string> token, capacity;
  std::optional<int> limit;
};

struct Output {
  Value items{wire::List()};
  std::optional<std::string> token;
  Value last, capacity;
};

/// NextToken: what it belongs to, the range, and the key behind which to go on.
constexpr std::size_t kMarkBytes = 16;

std::string mark_of(const Input& in, const Table& table) {
  std::string request = in.statement + '\0' + table.uuid;
  if (in.parameters) wire::append_json(request, Value(*in.parameters));
  return sha256(request).substr(0, kMarkBytes);
}

std::string token_of(const std::string& mark, std::size_t range, const std::string& position) {
  return base64(mark + static_cast<char>(range >> 8 & 0xFF) + static_cast<char>(range & 0xFF) + position);
}

/// Moves the first range behind what was read; answers which one it is.
std::size_t resume(Select& select, const std::string& mark, const std::string& token) {
  const auto bytes = from_base64(token);
  if (!bytes || bytes->size() < kMarkBytes + 2) throw ItemError{"Invalid NextToken"};
  if (!bytes->starts_with(mark)) throw ItemError{"NextToken does not match request"};
  const auto at = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>((*bytes)[i]));
  };
  const std::size_t range = at(kMarkBytes) << 8 | at(kMarkBytes + 1);
  if (range >= select.ranges.size()) throw ItemError{"Invalid NextToken"};
  const std::string position = bytes->substr(kMarkBytes + 2);
  if (select.read.forward)
    select.ranges[range].from = std::max(select.ranges[range].from, position + '\0');
  else
    select.ranges[range].to = position;
  return range;
}

/// A page in the making.
struct Reading {
  Select select;
  std::string mark;
  std::size_t range = 0;
  Page page;

  /// True when the page is complete.
  bool step(const Records& records) {
    if (range == select.ranges.size()) return true;
    if (!read_step(records, select.read, page)) return false;
    if (page.more) return true;
    if (++range < select.ranges.size()) select.read.keys = select.ranges[range];
    return range == select.ranges.size();
  }
};

Output answer(Reading& reading, const Input& in) {
  Output out;
  Page& page = reading.page;
  if (page.more) {
    out.token = token_of(reading.mark, reading.range, page.position);
    out.last = last_key(reading.select.read, page);
  }
  if (in.capacity) {
    Usage usage;
    const bool consistent = in.consistent.value_or(false);
    const double units = read_units(page.bytes, consistent);
    const Read& read = reading.select.read;
    (read.index ? usage.indexes[read.index] : usage.table) = units;
    usage.table += consistent ? page.fetched : page.fetched / 2;
    out.capacity = usage.describe(*read.table, in.capacity);
  }
  out.items = page.close();
  return out;
}

Reading reading_of(DynamoDb& db, const Call& call, const Input& in, const Bound& bound) {
  const Table& table = db.require(call, bound.statement().table, true);
  Reading out;
  out.select = select_of(bound, table, in.consistent.value_or(false));
  out.select.read.limit = in.limit;
  out.mark = mark_of(in, table);
  if (in.token) out.range = resume(out.select, out.mark, *in.token);
  if (out.range < out.select.ranges.size()) out.select.read.keys = out.select.ranges[out.range];
  return out;
}

Output write(DynamoDb& db, const Call& call, const Input& in, const Bound& bound) {
  const Statement& statement = bound.statement();
  if (statement.kind == Statement::Kind::exists)
    throw ItemError{"EXISTS can only be used in ExecuteTransaction write requests."};
  Table& table = db.require(call, statement.table, true);
  ItemWrite change = write_of(bound, table);
  change.bind(table);
  if (!change.decide(db.records)) {
    if (change.insert) throw kDuplicateItem(kDuplicate);
    throw condition_failed(change, in.returns_on_failure);
  }
  Writer writer(db, call.now);
  const Written written = change.apply(writer);
  writer.finish();
  Output out;
  if (Value returned = change.returned(returns_of(statement)); !returned.is_null())
    out.items = wire::List{std::move(returned)};
  if (in.capacity) out.capacity = usage_of(written).describe(table, in.capacity);
  return out;
}

Bound bound_of(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    Bound bound = bind_statement(db, in);
    authorise_statement(db, call, bound.statement());
    return bound;
  });
}

Task<Output> handle(DynamoDb& db, const Call& call, Input in) {
  Bound bound = bound_of(db, call, in);
  if (!bound.statement().reads()) {
    Output written;
    db.deps.store.atomically([&] { written = checked([&] { return write(db, call, in, bound); }); });
    co_return std::move(written);
  }
  Reading reading = checked([&] { return reading_of(db, call, in, bound); });
  const std::int64_t id = reading.select.read.table->id;
  while (true) {
    const bool done = checked([&] { return reading.step(db.records); });
    if (done) break;
    Sleep others(db.deps.loop, db.deps.loop.now());
    co_await others;
    const Table& table = db.require(call, bound.statement().table, true);
    Read& read = reading.select.read;
    read.table = &table;
    if (bound.statement().index) read.index = table.find_index(*bound.statement().index);
    if (table.id != id || (bound.statement().index && !read.index))
      throw kResourceNotFound("Requested resource not found");
  }
  Output out = answer(reading, in);
  co_return std::move(out);
}

}  // namespace

Operation execute_statement() {
  return operation<DynamoDb, Input, Output>({
      .name = "ExecuteStatement",
      .action = "",  // by the statement
      .input = {required<&StatementInput::statement>("Statement", kStatement),
                optional<&StatementInput::parameters>("Parameters", {.min = 1}),
                optional<&StatementInput::consistent>("ConsistentRead"),
                optional<&Input::token>("NextToken", {.min = 1, .max = 32'768}),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity),
                optional<&Input::limit>("Limit", {.min = 1}),
                optional<&StatementInput::returns_on_failure>("ReturnValuesOnConditionCheckFailure",
                                                              kReturnsOnFailure)},
      .output = {required<&Output::items>("Items"), optional<&Output::token>("NextToken"),
                 optional<&Output::capacity>("ConsumedCapacity"),
                 optional<&Output::last>("LastEvaluatedKey")},
      .errors = {kValidation, kSerialization, kResourceNotFound, kConditionalCheckFailed, kDuplicateItem,
                 kThroughputExceeded},
      .wait = handle,
  });
}

}  // namespace puddle::dynamodb
