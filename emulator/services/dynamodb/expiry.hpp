// Time to live: an index of the items by the time at which they expire, and the steps that delete what has.
// Engine thread.
#pragma once
#include "services/dynamodb/dynamodb.hpp"

namespace puddle::dynamodb {

/// Makes the table's expiry index what its settings say; keeps a tree that is there.
void prepare_expiry(Table& table);
/// Deletes some items that have expired, with the service's stream record; true when there may be more. Items
/// that expired more than five years ago stay, as on AWS.
bool expire_step(DynamoDb& db, Table& table, Time now);

}  // namespace puddle::dynamodb
