// Copies of tables: the items of a table (or of a backup) as they were at an instant go into another tree, in
// steps, while the table is written to. First everything that has not changed since, in order of the keys;
// then, from the history, what has been overwritten since. Both may be interrupted and done again. Engine
// thread.
#pragma once
#include <functional>
#include <string>

#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {

/// Puts an item of the copy, or removes it (null).
using CopySink = std::function<void(const std::string& key, const StoredItem* item)>;

/// One step, a few milliseconds; true when the copy is complete. Moves `copying`; the caller writes it.
bool copy_step(DynamoDb& db, Copying& copying, const CopySink& sink);
/// One step of filling a table that is being restored; true when it has everything.
bool restore_step(DynamoDb& db, Table& table, Time now);

}  // namespace puddle::dynamodb
