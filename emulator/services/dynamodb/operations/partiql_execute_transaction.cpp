// ExecuteTransaction: up to 100 statements, all reads or all writes, all or nothing.
#include <set>

#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/partiql.hpp"
#include "services/dynamodb/operations/transaction.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

using partiql::Bound;
using partiql::Returning;
using wire::List;
using wire::Map;

struct One : StatementInput {
  static Shape shape() {
    return {required<&StatementInput::statement>("Statement", kStatement),
            optional<&StatementInput::parameters>("Parameters", {.min = 1}),
            optional<&StatementInput::returns_on_failure>("ReturnValuesOnConditionCheckFailure",
                                                          kReturnsOnFailure)};
  }
};

struct Input {
  std::vector<One> statements;
  std::optional<std::string> token, capacity;
};

struct Output {
  Value responses{List()}, capacity;
};

/// What is wrong with a statement itself names the statement; what is wrong with a parameter does not.
template <class F>
auto at_statement(std::size_t i, F&& fn) {
  try {
    return fn();
  } catch (const ItemError& e) {
    throw ItemError{"Validation failed in TransactStatements[" + std::to_string(i) + "]: " + e.message};
  }
}

std::vector<Bound> bind_all(DynamoDb& db, const Call& call, const Input& in) {
  std::vector<Bound> out;
  std::size_t reads = 0;
  for (const One& one : in.statements) {
    at_statement(out.size(), [&] { return db.statements.statement(one.statement); });
    out.push_back(bind_statement(db, one));
    const partiql::Statement& statement = out.back().statement();
    if (statement.returning != Returning::nothing)
      throw ItemError{"RETURNING is not supported in ExecuteTransaction"};
    reads += statement.reads() ? 1 : 0;
  }
  if (reads > 0 && reads < out.size())
    throw ItemError{"All statements of a transaction must be reads, or all of them writes"};
  for (const Bound& bound : out) authorise_statement(db, call, bound.statement());
  return out;
}

Output read_all(DynamoDb& db, const Call& call, const Input& in, const std::vector<Bound>& bounds) {
  std::vector<std::pair<const Table*, SingleRead>> reads;
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (const Bound& bound : bounds) {
    const Table& table = db.require(call, bound.statement().table, true);
    reads.emplace_back(
        &table, at_statement(reads.size(), [&] { return single_read(bound, table, "ExecuteTransaction"); }));
    if (!seen.emplace(table.id, reads.back().second.key).second) throw ItemError{std::string(kOneItemTwice)};
  }
  List responses;
  Usages usages;
  for (const auto& [table, read] : reads) {
    auto found = db.records.get(table->tree, read.key);
    Usage& usage = usages.of(*table);
    usage.reads = usage.transactional = true;
    usage.table += read_units(found ? found->size : 0, true);
    Map one;
    if (Value item = read.take(std::move(found)); !item.is_null()) one.add("Item", std::move(item));
    responses.emplace_back(std::move(one));
  }
  return Output{Value(std::move(responses)), usages.describe(in.capacity)};
}

bool is_replay(DynamoDb& db, const Call& call, const Input& in) {
  if (!in.token) return false;
  std::string request;
  for (const One& one : in.statements) {
    request += one.statement + '\0';
    if (one.parameters) wire::append_json(request, Value(*one.parameters));
  }
  return replayed(db, call, *in.token, request);
}

Output write_all(DynamoDb& db, const Call& call, const Input& in, const std::vector<Bound>& bounds) {
  std::vector<ItemWrite> writes;
  std::vector<std::string> tables;
  std::vector<std::optional<std::string>> returns;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const Table& table = db.require(call, bounds[i].statement().table, true);
    writes.push_back(at_statement(i, [&] { return write_of(bounds[i], table); }));
    tables.push_back(bounds[i].statement().table);
    returns.push_back(in.statements[i].returns_on_failure);
  }
  Output out;
  Usages usages;
  if (is_replay(db, call, in)) {
    for (std::size_t i = 0; i < writes.size(); ++i) {
      Usage& usage = usages.of(db.require(call, tables[i], true));
      usage.table += read_units(writes[i].size, true);
      usage.reads = usage.transactional = true;
    }
  } else {
    const std::vector<Written> written = run_transaction(db, call, writes, tables, returns);
    for (std::size_t i = 0; i < writes.size(); ++i) {
      Usage usage = usage_of(written[i]);
      usage.transactional = true;
      usages.add(*writes[i].table(), usage);
    }
  }
  out.capacity = usages.describe(in.capacity);
  return out;
}

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  return checked([&] {
    const std::vector<Bound> bounds = bind_all(db, call, in);
    return bounds.front().statement().reads() ? read_all(db, call, in, bounds)
                                              : write_all(db, call, in, bounds);
  });
}

}  // namespace

Operation execute_transaction() {
  return operation<DynamoDb, Input, Output>({
      .name = "ExecuteTransaction",
      .action = "",  // by each statement
      .input = {required<&Input::statements>("TransactStatements", {.min = 1, .max = kMaxActions}),
                optional<&Input::token>("ClientRequestToken", {.min = 1, .max = 36}),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity)},
      .output = {required<&Output::responses>("Responses"), optional<&Output::capacity>("ConsumedCapacity")},
      .errors = {kValidation, kSerialization, kResourceNotFound, kTransactionCanceled,
                 kIdempotentParameterMismatch, kThroughputExceeded},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
