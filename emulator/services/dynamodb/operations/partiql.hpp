// What the PartiQL operations share: statements bound to their parameters, and what they mean to a table: a
// write of one item, a read of one, or a page of a SELECT. Throws ItemError.
#pragma once
#include <memory>

#include "languages/partiql/partiql.hpp"
#include "services/dynamodb/operations/batch_shapes.hpp"
#include "services/dynamodb/operations/key_condition.hpp"
#include "services/dynamodb/read.hpp"

namespace puddle::dynamodb {

inline const wire::Traits kStatement{.min = 1, .max = 8192};
inline const std::string kDuplicate = "Duplicate primary key exists in table";

/// A member of a batch or transaction.
struct StatementInput {
  std::string statement;
  std::optional<std::vector<Value>> parameters;
  std::optional<bool> consistent;
  std::optional<std::string> returns_on_failure;
};

/// Parses (or knows it already) and binds.
partiql::Bound bind_statement(DynamoDb& db, const StatementInput& in);
/// For dynamodb:PartiQLSelect and so on.
void authorise_statement(DynamoDb& db, const Call& call, const partiql::Statement& statement);

/// WHERE taken apart by a key schema: an item's key, as far as equalities give it, and the other conditions.
struct KeyPart {
  wire::Map key;
  std::vector<const partiql::Node*> others;
};
KeyPart take_key(const partiql::Bound& bound, const KeySchema& keys);

/// INSERT, UPDATE, DELETE and EXISTS, not bound to the table yet.
ItemWrite write_of(const partiql::Bound& bound, const Table& table);
/// RETURNING as ReturnValues.
std::optional<std::string> returns_of(const partiql::Statement& statement);

/// A SELECT of one item in a batch or transaction. Operation: for the words.
struct SingleRead {
  std::string key;
  ItemView view;  ///< may be empty
  /// The item or null.
  Value take(std::optional<StoredItem> found) const;
};
SingleRead single_read(const partiql::Bound& bound, const Table& table, const std::string& operation);

/// Throws for an index of several hash or range attributes, which PartiQL does not read.
void check_single_keys(const Index& index);

/// A SELECT: the ranges of keys to read, one after the other.
struct Select {
  Read read;
  std::vector<KeyRange> ranges;
};
Select select_of(const partiql::Bound& bound, const Table& table, bool consistent);

}  // namespace puddle::dynamodb
