// BatchExecuteStatement: up to 25 statements, all reads or all writes, each of which fails on its own.
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/partiql.hpp"

namespace puddle::dynamodb {
namespace {

using partiql::Bound;
using partiql::Statement;
using wire::List;
using wire::Map;

struct One : StatementInput {
  static Shape shape() {
    return {required<&StatementInput::statement>("Statement", kStatement),
            optional<&StatementInput::parameters>("Parameters", {.min = 1}),
            optional<&StatementInput::consistent>("ConsistentRead"),
            optional<&StatementInput::returns_on_failure>("ReturnValuesOnConditionCheckFailure",
                                                          kReturnsOnFailure)};
  }
};

struct Input {
  std::vector<One> statements;
  std::optional<std::string> capacity;
};

struct Output {
  Value responses, capacity;
};

/// An exception's code as a batch names it.
std::string batch_code(const std::string& code) {
  static constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"ValidationException", "ValidationError"},
      {"AccessDeniedException", "AccessDenied"},
      {"ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded"},
      {"ResourceNotFoundException", "ResourceNotFound"},
      {"ConditionalCheckFailedException", "ConditionalCheckFailed"},
      {"DuplicateItemException", "DuplicateItem"}};
  for (const auto& [exception, name] : kCodes)
    if (exception == code) return std::string(name);
  return "InternalServerError";
}

class Batch {
 public:
  Batch(DynamoDb& db, const Call& call) : db_(db), call_(call), writer_(db, call.now) {}

  Value run(const One& in, const Bound& bound) {
    Map answer;
    try {
      authorise_statement(db_, call_, bound.statement());
      Table& table = db_.require(call_, bound.statement().table, true);
      answer.add("TableName", table.name);
      Value item = checked(
          [&] { return bound.statement().reads() ? read(in, bound, table) : write(in, bound, table); });
      if (!item.is_null()) answer.add("Item", std::move(item));
    } catch (const AwsError& e) {
      fail(answer, e);
    }
    return Value(std::move(answer));
  }

  static void fail(Map& answer, const AwsError& e) {
    Map error{{"Code", Value(batch_code(e.code()))}, {"Message", Value(e.message())}};
    if (const Value* item = e.fault.members.find("Item")) error.add("Item", *item);
    answer.add("Error", std::move(error));
  }

  Value finish(const std::optional<std::string>& capacity) {
    writer_.finish();
    return usages_.describe(capacity);
  }

 private:
  Value read(const One& in, const Bound& bound, const Table& table) {
    const SingleRead single = single_read(bound, table, "BatchExecuteStatement");
    auto found = db_.records.get(table.tree, single.key);
    usages_.of(table).table += read_units(found ? found->size : 0, in.consistent.value_or(false));
    return single.take(std::move(found));
  }

  Value write(const One& in, const Bound& bound, Table& table) {
    if (bound.statement().kind == Statement::Kind::exists)
      throw ItemError{"EXISTS can only be used in ExecuteTransaction write requests."};
    ItemWrite change = write_of(bound, table);
    change.bind(table);
    if (!change.decide(db_.records)) {
      if (change.insert) throw kDuplicateItem(kDuplicate);
      throw condition_failed(change, in.returns_on_failure);
    }
    usages_.add(table, usage_of(change.apply(writer_)));
    return change.returned(returns_of(bound.statement()));
  }

  DynamoDb& db_;
  const Call& call_;
  Writer writer_;
  Usages usages_;
};

Output handle(DynamoDb& db, const Call& call, const Input& in) {
  List answers(in.statements.size());
  std::vector<std::optional<Bound>> bounds(in.statements.size());
  std::size_t reads = 0, writes = 0;
  for (std::size_t i = 0; i < in.statements.size(); ++i) {
    try {
      bounds[i] = checked([&] { return bind_statement(db, in.statements[i]); });
      ++(bounds[i]->statement().reads() ? reads : writes);
    } catch (const AwsError& e) {
      Map answer;
      Batch::fail(answer, e);
      answers[i] = Value(std::move(answer));
    }
  }
  if (reads > 0 && writes > 0)
    throw kValidation("All statements of a batch must be reads, or all of them writes");
  Batch batch(db, call);
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (bounds[i]) answers[i] = batch.run(in.statements[i], *bounds[i]);
  Output out;
  out.capacity = batch.finish(in.capacity);
  out.responses = Value(std::move(answers));
  return out;
}

}  // namespace

Operation batch_execute_statement() {
  return operation<DynamoDb, Input, Output>({
      .name = "BatchExecuteStatement",
      .action = "",  // by each statement
      .input = {required<&Input::statements>("Statements", {.min = 1, .max = 25}),
                optional<&Input::capacity>("ReturnConsumedCapacity", kCapacity)},
      .output = {required<&Output::responses>("Responses"), optional<&Output::capacity>("ConsumedCapacity")},
      .errors = {kValidation, kSerialization, kThroughputExceeded},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
