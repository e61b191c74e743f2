#include "services/dynamodb/operations/definitions.hpp"

#include <algorithm>

namespace puddle::dynamodb {

using wire::List;
using wire::Map;

constexpr std::int64_t kWarmRead = 12000, kWarmWrite = 4000;

List attribute_list(const std::vector<AttributeDefinition>& attributes) {
  std::vector<AttributeDefinition> sorted = attributes;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  List out;
  for (const AttributeDefinition& a : sorted)
    out.emplace_back(Map{{"AttributeName", Value(a.name)}, {"AttributeType", Value(a.type)}});
  return out;
}

List key_list(const std::vector<KeyElement>& keys) {
  List out;
  for (const KeyElement& k : keys)
    out.emplace_back(Map{{"AttributeName", Value(k.name)}, {"KeyType", Value(k.type)}});
  return out;
}

Map throughput_of(const std::optional<Throughput>& throughput) {
  return Map{{"NumberOfDecreasesToday", 0},
             {"ReadCapacityUnits", Value(throughput ? throughput->read : 0)},
             {"WriteCapacityUnits", Value(throughput ? throughput->write : 0)}};
}

namespace {

Map projection_of(const ProjectionInput& p) {
  Map out{{"ProjectionType", Value(p.type.value_or("ALL"))}};
  if (p.attributes) {
    List names;
    for (const std::string& name : *p.attributes) names.emplace_back(name);
    out.add("NonKeyAttributes", std::move(names));
  }
  return out;
}

}  // namespace

Map local_index(const LocalIndexInput& i) {
  return Map{{"IndexName", Value(i.name)},
             {"KeySchema", Value(key_list(i.keys))},
             {"Projection", Value(projection_of(i.projection))}};
}

Map global_index(const GlobalIndexInput& i, const char* status) {
  Map out{{"IndexName", Value(i.name)},
          {"KeySchema", Value(key_list(i.keys))},
          {"Projection", Value(projection_of(i.projection))},
          {"IndexStatus", Value(status)},
          {"ProvisionedThroughput", Value(throughput_of(i.throughput))}};
  if (i.on_demand) out.add("OnDemandThroughput", on_demand_of(*i.on_demand));
  if (i.warm)
    out.add("WarmThroughput",
            warm_of(*i.warm, i.throughput ? i.throughput->read : kWarmRead,
                    i.throughput ? i.throughput->write : kWarmWrite, !i.throughput, "index " + i.name));
  return out;
}

Map on_demand_of(const OnDemandThroughput& limits) {
  return Map{{"MaxReadRequestUnits", Value(limits.read.value_or(-1))},
             {"MaxWriteRequestUnits", Value(limits.write.value_or(-1))}};
}

Value encryption_of(const std::optional<Encryption>& e, const Call& call) {
  if (!e || !e->enabled.value_or(false)) return {};
  const std::string prefix = "arn:aws:kms:" + call.region + ":" + call.account + ":";
  std::string key = e->key.value_or("alias/aws/dynamodb");
  if (!key.starts_with("arn:")) key = prefix + (key.starts_with("alias/") ? key : "key/" + key);
  return Map{{"Status", Value("ENABLED")}, {"SSEType", Value("KMS")}, {"KMSMasterKeyArn", Value(key)}};
}

Map warm_of(const WarmThroughput& warm, std::int64_t least_read, std::int64_t least_write, bool on_demand,
            const std::string& of) {
  const auto check = [&](const char* unit, std::optional<std::int64_t> given, std::int64_t least) {
    if (given && *given < least)
      throw kValidation(std::string("One or more parameter values were invalid: Requested ") + unit +
                        " for WarmThroughput for " + of + " is lower than " +
                        (on_demand ? "initial throughput for OnDemand" : "its provisioned throughput"));
    return given.value_or(least);
  };
  const std::int64_t read = check("ReadUnitsPerSecond", warm.read, least_read);
  const std::int64_t write = check("WriteUnitsPerSecond", warm.write, least_write);
  return Map{{"ReadUnitsPerSecond", Value(read)},
             {"WriteUnitsPerSecond", Value(write)},
             {"Status", Value("ACTIVE")}};
}

bool on_demand(const Map& definition) {
  const Value* summary = definition.find("BillingModeSummary");
  return summary && summary->text_or("BillingMode") == "PAY_PER_REQUEST";
}

std::int64_t number_of(const Map& map, const char* member) {
  const Value* v = map.find(member);
  return v && v->kind() == Value::Kind::integer ? v->integer() : 0;
}

}  // namespace puddle::dynamodb
