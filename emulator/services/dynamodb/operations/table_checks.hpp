// The rules of table definitions, in AWS's order and words. Every function throws ValidationException (or
// LimitExceededException where it says so) and changes nothing.
#pragma once
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {

/// What CreateTable, RestoreTable... and UpdateTable check of a table as a whole.
struct Schema {
  const std::vector<AttributeDefinition>& attributes;
  const std::vector<KeyElement>& keys;
  const std::optional<std::vector<LocalIndexInput>>& local;
  const std::optional<std::vector<GlobalIndexInput>>& global;
  bool on_demand = false;
};

/// Billing against throughput of a new table.
void check_billing(const std::optional<std::string>& billing, const std::optional<Throughput>& throughput);
void check_bounds(const Throughput& throughput);
void check_schema(const Schema& schema);
/// One index's keys and projection; global: its key may have several attributes of each kind.
void check_index(const std::string& name, const std::vector<KeyElement>& keys,
                 const ProjectionInput& projection, const std::vector<AttributeDefinition>& attributes,
                 bool global);
void check_stream(const StreamSpecification& stream);
void check_encryption(const std::optional<Encryption>& encryption);
/// Tags of CreateTable and TagResource: characters, doubles, at most 50.
void check_tags(const std::vector<Tag>& tags);
/// OnDemandThroughput belongs to PAY_PER_REQUEST; -1 and above.
void check_on_demand(const std::optional<OnDemandThroughput>& limits, bool on_demand);

}  // namespace puddle::dynamodb
