#include "services/dynamodb/operations/table_checks.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::int64_t kMostUnits = 1'000'000'000'000;
constexpr std::size_t kLocalIndexes = 5, kGlobalIndexes = 20, kProjected = 100, kKeyParts = 4, kTags = 50;

AwsError invalid(const std::string& what) {
  return kValidation("One or more parameter values were invalid: " + what);
}

template <class T, class F>
std::string joined(const std::vector<T>& items, F&& name) {
  std::string out;
  for (const T& item : items) out.append(out.empty() ? "" : ", ").append(name(item));
  return out;
}

std::string sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return joined(names, [](const std::string& name) { return name; });
}

template <class T>
std::string names_of(const std::vector<T>& items) {
  std::vector<std::string> out;
  for (const T& item : items) out.push_back(item.name);
  return sorted(std::move(out));
}

bool defined(const std::vector<AttributeDefinition>& attributes, const std::string& name) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const AttributeDefinition& a) { return a.name == name; });
}

void check_defined(const std::vector<KeyElement>& keys, const std::vector<AttributeDefinition>& attributes) {
  for (const KeyElement& k : keys)
    if (!defined(attributes, k.name))
      throw invalid("Some index key attributes are not defined in AttributeDefinitions. Keys: [" +
                    names_of(keys) + "], AttributeDefinitions: [" + names_of(attributes) + "]");
}

void check_count(const std::vector<KeyElement>& keys) {
  if (keys.size() > 2)
    throw kValidation(
        "1 validation error detected: Value '[" +
        joined(keys,
               [](const KeyElement& k) {
                 return "KeySchemaElement(attributeName=" + k.name + ", keyType=" + k.type + ")";
               }) +
        "]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2");
}

/// HASH first, then RANGE; several of each only in a global index.
void check_order(const std::vector<KeyElement>& keys, bool several) {
  const auto hashes = static_cast<std::size_t>(
      std::count_if(keys.begin(), keys.end(), [](const KeyElement& k) { return k.type == "HASH"; }));
  const std::size_t ranges = keys.size() - hashes;
  if (!several) check_count(keys);
  if (keys.size() == 2 && keys[0].name == keys[1].name)
    throw kValidation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  std::set<std::string> seen;
  for (const KeyElement& k : keys)
    if (!seen.insert(k.name).second) throw invalid("Duplicate attribute in the KeySchema: " + k.name);
  if (keys[0].type != "HASH")
    throw kValidation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (keys.size() == 2 && keys[1].type != "RANGE" && !several)
    throw kValidation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  bool range = false;
  for (const KeyElement& k : keys) {
    if (range && k.type == "HASH")
      throw kValidation("Invalid KeySchema: All HASH KeySchemaElements must precede the RANGE ones");
    range = k.type == "RANGE";
  }
  if (hashes > kKeyParts || ranges > kKeyParts)
    throw kValidation("Invalid KeySchema: At most 4 HASH and 4 RANGE KeySchemaElements are allowed");
}

void check_projection(const ProjectionInput& p) {
  if (!p.type) throw invalid("Unknown ProjectionType: null");
  if (p.attributes && *p.type != "INCLUDE")
    throw invalid("ProjectionType is " + *p.type + ", but NonKeyAttributes is specified");
  if (!p.attributes && *p.type == "INCLUDE")
    throw invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  if (!p.attributes) return;
  const std::set<std::string> unique(p.attributes->begin(), p.attributes->end());
  if (unique.size() != p.attributes->size()) throw invalid("Duplicate attribute names in NonKeyAttributes");
}

void check_local(const Schema& s, std::set<std::string>& names) {
  if (!s.local) return;
  if (s.local->empty()) throw invalid("List of LocalSecondaryIndexes is empty");
  if (s.keys.size() < 2)
    throw invalid(
        "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
  for (const LocalIndexInput& i : *s.local) {
    check_defined(i.keys, s.attributes);
    check_order(i.keys, false);
    if (i.keys.size() < 2) throw invalid("Index KeySchema does not have a range key for index: " + i.name);
    if (i.keys[0].name != s.keys[0].name)
      throw invalid("Index KeySchema does not have the same leading hash key as table KeySchema for index: " +
                    i.name + ". index hash key: " + i.keys[0].name + ", table hash key: " + s.keys[0].name);
    check_projection(i.projection);
    if (!names.insert(i.name).second) throw invalid("Duplicate index name: " + i.name);
  }
  if (s.local->size() > kLocalIndexes)
    throw invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
}

void check_global(const Schema& s, std::set<std::string>& names) {
  if (!s.global) return;
  if (s.global->empty()) throw invalid("List of GlobalSecondaryIndexes is empty");
  for (const GlobalIndexInput& i : *s.global) {
    check_index(i.name, i.keys, i.projection, s.attributes, true);
    if (!names.insert(i.name).second) throw invalid("Duplicate index name: " + i.name);
    if (s.on_demand && i.throughput)
      throw invalid("ProvisionedThroughput should not be specified for index: " + i.name +
                    " when BillingMode is PAY_PER_REQUEST");
    if (!s.on_demand && !i.throughput)
      throw invalid("ProvisionedThroughput must be specified for index: " + i.name);
    if (i.throughput) check_bounds(*i.throughput);
    check_on_demand(i.on_demand, s.on_demand);
  }
  if (s.global->size() > kGlobalIndexes)
    throw invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20");
}

void check_used(const Schema& s) {
  if (!s.local && !s.global) {
    if (s.keys.size() != s.attributes.size())
      throw invalid(
          "Number of attributes in KeySchema does not exactly match number of attributes defined in "
          "AttributeDefinitions");
    return;
  }
  std::vector<KeyElement> used = s.keys;
  const auto use = [&](const std::vector<KeyElement>& keys) {
    for (const KeyElement& k : keys)
      if (std::none_of(used.begin(), used.end(), [&](const KeyElement& u) { return u.name == k.name; }))
        used.push_back(k);
  };
  if (s.local)
    for (const LocalIndexInput& i : *s.local) use(i.keys);
  if (s.global)
    for (const GlobalIndexInput& i : *s.global) use(i.keys);
  if (used.size() != s.attributes.size())
    throw invalid("Some AttributeDefinitions are not used. AttributeDefinitions: [" + names_of(s.attributes) +
                  "], keys used: [" + names_of(used) + "]");
}

/// The attributes that all indexes of a table project by name, at most 100.
void check_projected(const Schema& s) {
  std::size_t projected = 0;
  if (s.local)
    for (const LocalIndexInput& i : *s.local)
      projected += i.projection.attributes ? i.projection.attributes->size() : 0;
  if (s.global)
    for (const GlobalIndexInput& i : *s.global)
      projected += i.projection.attributes ? i.projection.attributes->size() : 0;
  if (projected > kProjected)
    throw invalid("Number of NonKeyAttributes projected into all indexes exceeds the per-table limit of 100");
}

}  // namespace

void check_billing(const std::optional<std::string>& billing, const std::optional<Throughput>& throughput) {
  if (billing == "PAY_PER_REQUEST") {
    if (throughput)
      throw invalid(
          "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
          "PAY_PER_REQUEST");
    return;
  }
  if (!throughput)
    throw invalid(
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
  check_bounds(*throughput);
}

void check_bounds(const Throughput& t) {
  if (t.read > kMostUnits)
    throw kValidation("Given value " + std::to_string(t.read) + " for ReadCapacityUnits is out of bounds");
  if (t.write > kMostUnits)
    throw kValidation("Given value " + std::to_string(t.write) + " for WriteCapacityUnits is out of bounds");
}

void check_schema(const Schema& s) {
  check_count(s.keys);
  if (s.keys.size() > s.attributes.size())
    throw kValidation("Invalid KeySchema: Some index key attribute have no definition");
  std::set<std::string> seen;
  for (const AttributeDefinition& a : s.attributes)
    if (!seen.insert(a.name).second)
      throw kValidation("Cannot have two attributes with the same name. Duplicate AttributeName: " + a.name);
  check_defined(s.keys, s.attributes);
  check_order(s.keys, false);
  std::set<std::string> names;
  check_local(s, names);
  check_global(s, names);
  check_used(s);
  check_projected(s);
}

void check_index(const std::string&, const std::vector<KeyElement>& keys, const ProjectionInput& projection,
                 const std::vector<AttributeDefinition>& attributes, bool global) {
  check_defined(keys, attributes);
  check_order(keys, global);
  check_projection(projection);
}

void check_stream(const StreamSpecification& stream) {
  if (stream.enabled && !stream.view)
    throw invalid("StreamViewType must be specified when StreamEnabled is true");
  if (!stream.enabled && stream.view)
    throw invalid("StreamViewType cannot be specified when StreamEnabled is false");
}

void check_encryption(const std::optional<Encryption>& e) {
  if (!e) return;
  if (!e->enabled.value_or(false) && (e->type || e->key))
    throw invalid("SSEType and KMSMasterKeyId can only be specified when Enabled is true");
  if (e->type == "AES256") throw invalid("AES256 is not a supported SSEType");
}

void check_tags(const std::vector<Tag>& tags) {
  const auto legal = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
      const auto u = static_cast<unsigned char>(c);
      return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
             std::string_view(" +-=._:/@").find(c) != std::string_view::npos;
    });
  };
  std::set<std::string> seen;
  for (const Tag& t : tags) {
    if (t.key.starts_with("aws:"))
      throw kValidation("One or more parameter values were invalid: Tag keys cannot start with aws:");
    if (!legal(t.key)) throw invalid("Tag key contains invalid characters: " + t.key);
    if (!legal(t.value)) throw invalid("Tag value contains invalid characters: " + t.value);
    if (!seen.insert(t.key).second) throw invalid("Duplicate tag keys are not allowed: " + t.key);
  }
  if (tags.size() > kTags) throw kValidation("Too many tags: at most 50 are allowed per resource");
}

void check_on_demand(const std::optional<OnDemandThroughput>& limits, bool on_demand) {
  if (!limits) return;
  if (!on_demand)
    throw invalid("OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST");
  for (const auto& unit : {limits->read, limits->write})
    if (unit && (*unit < -1 || *unit == 0)) throw invalid("OnDemandThroughput must be -1 or at least 1");
}

}  // namespace puddle::dynamodb
