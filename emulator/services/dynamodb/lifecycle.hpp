// The states of tables and indexes in time. One durable job per table ("dynamodb.table") carries it on:
// CREATING to ACTIVE (a restored table is filled first), UPDATING to ACTIVE (the update takes effect),
// indexes are filled or dropped in steps, DELETING to gone. What is to be done is in the rows of the table,
// so that a step that was interrupted is done again. Engine thread.
#pragma once
#include <memory>
#include <string>

#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {

/// Throws ResourceInUseException when the name is taken.
void require_free(DynamoDb& db, const Call& call, const std::string& name);
/// Throws ResourceInUseException unless the table is ACTIVE.
void require_active(const Table& table);
/// Throws ResourceInUseException while a backup or a restore reads the table.
void require_unread(const DynamoDb& db, const Table& table);

/// A table that is not there yet, prepared.
std::unique_ptr<Table> new_table(DynamoDb& db, const Call& call, const std::string& name,
                                 wire::Value definition);
/// Writes the rows of a new table; it is CREATING.
Table& create(DynamoDb& db, std::unique_ptr<Table> table, Time now);
/// Writes a changed definition and settings and makes them the table's. Indexes that are new get a tree to be
/// filled; those that are gone lose theirs.
void change(DynamoDb& db, Table& table, wire::Value definition, TableSettings settings);
/// Plans the end of the table's state; with Settings::table_transition of zero it comes at once, as far as
/// that is quick. The table may be gone afterwards. Last call of an operation.
void settle(DynamoDb& db, Table& table, Time now);
/// Does the table have to keep what is overwritten? To be called after each change of that.
void refresh_history(DynamoDb& db, Table& table);

/// To be called by DynamoDb::load.
void handle_table_jobs(DynamoDb& db);

}  // namespace puddle::dynamodb
