// From the input of table operations to the members of a table's definition (DescribeTable's form).
#pragma once
#include "services/dynamodb/operations/table_shapes.hpp"

namespace puddle::dynamodb {

wire::List attribute_list(const std::vector<AttributeDefinition>& attributes);  ///< sorted by name
wire::List key_list(const std::vector<KeyElement>& keys);
wire::Map throughput_of(const std::optional<Throughput>& throughput);
wire::Map local_index(const LocalIndexInput& index);
/// status: CREATING or ACTIVE.
wire::Map global_index(const GlobalIndexInput& index, const char* status);
wire::Map on_demand_of(const OnDemandThroughput& limits);
wire::Value encryption_of(const std::optional<Encryption>& encryption, const Call& call);
/// WarmThroughput that a table or index is given; throws when it is below what it has from the start.
/// of: "table" or "index NAME".
wire::Map warm_of(const WarmThroughput& warm, std::int64_t least_read, std::int64_t least_write,
                  bool on_demand, const std::string& of);

/// Is this definition billed on demand?
bool on_demand(const wire::Map& definition);
std::int64_t number_of(const wire::Map& map, const char* member);

}  // namespace puddle::dynamodb
