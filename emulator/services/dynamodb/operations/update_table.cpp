// UpdateTable. Billing and throughput take effect when the table is ACTIVE again; an index is filled or
// dropped afterwards, in steps (lifecycle.cpp); the stream, the class and the flags change at once.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "services/dynamodb/lifecycle.hpp"
#include "services/dynamodb/operations/definitions.hpp"
#include "services/dynamodb/operations/factories.hpp"
#include "services/dynamodb/operations/table_checks.hpp"

namespace puddle::dynamodb {
namespace {

using wire::List;
using wire::Map;

struct IndexUpdate {
  std::string name;
  std::optional<Throughput> throughput;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<WarmThroughput> warm;
  static Shape shape() {
    return {required<&IndexUpdate::name>("IndexName", kIndexName),
            optional<&IndexUpdate::throughput>("ProvisionedThroughput"),
            optional<&IndexUpdate::on_demand>("OnDemandThroughput"),
            optional<&IndexUpdate::warm>("WarmThroughput")};
  }
};

struct IndexDelete {
  std::string name;
  static Shape shape() { return {required<&IndexDelete::name>("IndexName", kIndexName)}; }
};

struct IndexChange {
  std::optional<IndexUpdate> update;
  std::optional<GlobalIndexInput> create;
  std::optional<IndexDelete> remove;
  const std::string& name() const { return update ? update->name : create ? create->name : remove->name; }
  static Shape shape() {
    return {optional<&IndexChange::update>("Update"), optional<&IndexChange::create>("Create"),
            optional<&IndexChange::remove>("Delete")};
  }
};

struct Input {
  std::optional<std::string> name;
  std::vector<AttributeDefinition> attributes;
  std::optional<std::string> billing, table_class, consistency, replication;
  std::optional<Throughput> throughput;
  std::vector<IndexChange> indexes;
  std::optional<StreamSpecification> stream;
  std::optional<Encryption> sse;
  std::vector<Value> replicas, witnesses;
  std::optional<bool> deletion_protection;
  std::optional<OnDemandThroughput> on_demand;
  std::optional<WarmThroughput> warm;

  bool empty() const {
    return !billing && !throughput && !stream && !table_class && !deletion_protection && indexes.empty() &&
           !sse && !on_demand && !warm;
  }
};

/// The changed table, before anything is written.
struct Draft {
  Value definition;
  Map pending, index_pending;
  TableSettings settings;
};

AwsError invalid(const std::string& what) {
  return kValidation("One or more parameter values were invalid: " + what);
}

void check_changes(const std::vector<IndexChange>& changes) {
  std::set<std::string> names;
  std::size_t online = 0;
  for (const IndexChange& c : changes) {
    const int given = (c.update ? 1 : 0) + (c.create ? 1 : 0) + (c.remove ? 1 : 0);
    if (given == 0)
      throw invalid(
          "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
          "GlobalSecondaryIndexUpdate.Delete must not be null");
    if (given > 1)
      throw invalid(
          "Only one of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
          "GlobalSecondaryIndexUpdate.Delete may be specified");
    if (!names.insert(c.name()).second)
      throw invalid("Only one global secondary index update per index is allowed simultaneously. Index: " +
                    c.name());
    if (!c.update) ++online;
  }
  if (online > 1)
    throw kLimitExceeded(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table");
}

void check(const Input& in) {
  if (!in.name) throw kValidation("The parameter 'TableName' is required but was not present in the request");
  refuse(!in.replicas.empty(), "ReplicaUpdates");
  refuse(!in.witnesses.empty(), "GlobalTableWitnessUpdates");
  refuse(in.consistency.has_value(), "MultiRegionConsistency");
  refuse(in.replication.has_value(), "GlobalTableSettingsReplicationMode");
  if (in.empty())
    throw kValidation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates or "
        "SSESpecification or ReplicaUpdates is required");
  if (in.billing == "PAY_PER_REQUEST" && in.throughput)
    throw invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST");
  if (in.throughput) check_bounds(*in.throughput);
  if (in.stream) check_stream(*in.stream);
  check_encryption(in.sse);
  check_changes(in.indexes);
}

/// The new ProvisionedThroughput of a table or index: what changed, when, and how often it fell today (UTC).
Map next_throughput(const Map& owner, const Throughput& wanted, Time now) {
  Map out = owner.find("ProvisionedThroughput")->map();
  const std::int64_t read = number_of(out, "ReadCapacityUnits"), write = number_of(out, "WriteCapacityUnits");
  if (wanted.read > read || wanted.write > write) out["LastIncreaseDateTime"] = now;
  if (wanted.read < read || wanted.write < write) {
    const Value* last = out.find("LastDecreaseDateTime");
    const auto day = [](std::int64_t seconds) { return seconds / 86400; };
    std::int64_t before = 0;
    if (last)
      before = last->kind() == Value::Kind::time ? to_seconds(last->time())
                                                 : static_cast<std::int64_t>(last->real());
    const bool today = last && day(before) == day(to_seconds(now));
    out["NumberOfDecreasesToday"] = (today ? number_of(out, "NumberOfDecreasesToday") : 0) + 1;
    out["LastDecreaseDateTime"] = now;
  }
  out["ReadCapacityUnits"] = wanted.read;
  out["WriteCapacityUnits"] = wanted.write;
  return out;
}

void check_different(const Map& owner, const Throughput& wanted, const std::string& of) {
  const Map& now = owner.find("ProvisionedThroughput")->map();
  const std::int64_t read = number_of(now, "ReadCapacityUnits"), write = number_of(now, "WriteCapacityUnits");
  if (read != wanted.read || write != wanted.write) return;
  throw kValidation(
      "The provisioned throughput for the " + of +
      " will not change. The requested value equals the current value. Current ReadCapacityUnits "
      "provisioned for the " +
      of + ": " + std::to_string(read) + ". Requested ReadCapacityUnits: " + std::to_string(wanted.read) +
      ". Current WriteCapacityUnits provisioned for the " + of + ": " + std::to_string(write) +
      ". Requested WriteCapacityUnits: " + std::to_string(wanted.write) +
      ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
      "limits.");
}

Map* index_of(Map& definition, const std::string& name) {
  Value* list = definition.find("GlobalSecondaryIndexes");
  if (!list || !list->is_list()) return nullptr;
  for (Value& index : list->list())
    if (index.text_or("IndexName") == name) return &index.map();
  return nullptr;
}

void change_billing(Draft& d, const Input& in, Time now) {
  Map& definition = d.definition.map();
  const bool was = on_demand(definition);
  const bool is = in.billing ? *in.billing == "PAY_PER_REQUEST" : was;
  if (is && in.throughput)
    throw invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST");
  if (!is && was && !in.throughput)
    throw invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  if (in.throughput && !was) check_different(definition, *in.throughput, "table");
  if (in.throughput) d.pending["ProvisionedThroughput"] = next_throughput(definition, *in.throughput, now);
  if (is == was) return;
  Value* indexes = definition.find("GlobalSecondaryIndexes");
  if (is) {
    d.pending["ProvisionedThroughput"] = throughput_of({});
    d.pending["BillingModeSummary"] =
        Map{{"BillingMode", "PAY_PER_REQUEST"}, {"LastUpdateToPayPerRequestDateTime", Value(now)}};
    if (indexes)
      for (const Value& index : indexes->list())
        d.index_pending[index.text_or("IndexName")] =
            Map{{"ProvisionedThroughput", Value(throughput_of({}))}};
    return;
  }
  Map summary = definition.find("BillingModeSummary")->map();
  summary["BillingMode"] = "PROVISIONED";
  d.pending["BillingModeSummary"] = std::move(summary);
  if (!indexes) return;
  for (const Value& index : indexes->list()) {
    const std::string name(index.text_or("IndexName"));
    const bool given = std::any_of(in.indexes.begin(), in.indexes.end(), [&](const IndexChange& c) {
      return c.name() == name && (c.remove || (c.update && c.update->throughput));
    });
    if (!given) throw invalid("ProvisionedThroughput must be specified for index: " + name);
  }
}

/// Merges definitions that are new; one of a known attribute must say the same type.
void add_attributes(Map& definition, const std::vector<AttributeDefinition>& given) {
  List& known = definition.find("AttributeDefinitions")->list();
  const auto shown = [](const List& list) {
    std::string out;
    for (const Value& a : list)
      out += (out.empty() ? "SchemaAttributeDefinition: [AttributeName: " : ", [AttributeName: ") +
             std::string(a.text_or("AttributeName")) +
             ", AttributeType: " + std::string(a.text_or("AttributeType")) + "]";
    return out;
  };
  const std::string existing = shown(known);
  for (const Value& a : attribute_list(given)) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const Value& k) {
      return k.text_or("AttributeName") == a.text_or("AttributeName");
    });
    if (same == known.end())
      known.push_back(a);
    else if (same->text_or("AttributeType") != a.text_or("AttributeType"))
      throw invalid(
          "Attributes cannot be redefined. Please check that your attribute has the same type as previously "
          "defined. Existing schema: " +
          existing + " New schema: " + shown(attribute_list(given)));
  }
  std::sort(known.begin(), known.end(), [](const Value& a, const Value& b) {
    return a.text_or("AttributeName") < b.text_or("AttributeName");
  });
}

void create_index(Draft& d, const Table& t, const GlobalIndexInput& in, const Input& request,
                  bool per_request) {
  Map& definition = d.definition.map();
  check_index(in.name, in.keys, in.projection, request.attributes, true);
  if (t.find_index(in.name)) throw invalid("Attempting to create an index which already exists: " + in.name);
  if (per_request && in.throughput)
    throw invalid("ProvisionedThroughput should not be specified for index: " + in.name +
                  " when BillingMode is PAY_PER_REQUEST");
  if (!per_request && !in.throughput)
    throw invalid("ProvisionedThroughput must be specified for index: " + in.name);
  if (in.throughput) check_bounds(*in.throughput);
  check_on_demand(in.on_demand, per_request);
  std::vector<AttributeDefinition> used;
  for (const AttributeDefinition& a : request.attributes)
    if (std::any_of(in.keys.begin(), in.keys.end(), [&](const KeyElement& k) { return k.name == a.name; }))
      used.push_back(a);
  add_attributes(definition, used);
  if (!definition.find("GlobalSecondaryIndexes")) definition.add("GlobalSecondaryIndexes", List{});
  List& indexes = definition.find("GlobalSecondaryIndexes")->list();
  if (indexes.size() >= 20)
    throw kLimitExceeded(
        "Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of 20");
  Map made = global_index(in, "CREATING");
  made.add("Backfilling", false);
  indexes.emplace_back(std::move(made));
}

void change_index(Draft& d, const IndexUpdate& u, bool per_request, Time now) {
  Map* index = index_of(d.definition.map(), u.name);
  if (!index) throw kResourceNotFound("Requested resource not found");
  if (!u.throughput && !u.on_demand && !u.warm)
    throw invalid(
        "At least one of ProvisionedThroughput, OnDemandThroughput or WarmThroughput is required for "
        "index: " +
        u.name);
  Map change;
  if (u.throughput) {
    if (per_request)
      throw invalid("ProvisionedThroughput should not be specified for index: " + u.name +
                    " when BillingMode is PAY_PER_REQUEST");
    check_bounds(*u.throughput);
    check_different(*index, *u.throughput, "index " + u.name);
    change.add("ProvisionedThroughput", next_throughput(*index, *u.throughput, now));
  }
  check_on_demand(u.on_demand, per_request);
  if (u.on_demand) change.add("OnDemandThroughput", on_demand_of(*u.on_demand));
  if (u.warm)
    change.add("WarmThroughput", warm_of(*u.warm, per_request ? 12000 : 1, per_request ? 4000 : 1,
                                         per_request, "index " + u.name));
  (*index)["IndexStatus"] = "UPDATING";
  d.index_pending[u.name] = std::move(change);
}

void change_indexes(Draft& d, const Table& t, const Input& in, bool per_request, Time now) {
  const bool busy = std::any_of(t.indexes.begin(), t.indexes.end(), [](const auto& i) {
    return i->global && (i->status == "CREATING" || i->status == "DELETING");
  });
  for (const IndexChange& c : in.indexes) {
    if (c.update) {
      change_index(d, *c.update, per_request, now);
      continue;
    }
    const Map* doomed = c.remove ? index_of(d.definition.map(), c.remove->name) : nullptr;
    if (c.remove && !doomed) throw kResourceNotFound("Requested resource not found");
    const Value* filling = doomed ? doomed->find("Backfilling") : nullptr;
    // An index may be deleted while it is filled; nothing else at a time.
    if (busy && !(filling && filling->boolean()))
      throw kLimitExceeded(
          "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
          "table");
    if (c.create)
      create_index(d, t, *c.create, in, per_request);
    else
      (*index_of(d.definition.map(), c.remove->name))["IndexStatus"] = "DELETING";
  }
}

void change_flags(Draft& d, const Table& t, const Input& in, const Call& call, bool per_request) {
  Map& definition = d.definition.map();
  if (in.table_class)
    definition["TableClassSummary"] =
        Map{{"TableClass", Value(*in.table_class)}, {"LastUpdateDateTime", Value(call.now)}};
  if (in.deletion_protection) definition["DeletionProtectionEnabled"] = *in.deletion_protection;
  if (in.sse) {
    Value sse = encryption_of(in.sse, call);
    if (sse.is_null())
      definition.erase("SSEDescription");
    else
      definition["SSEDescription"] = std::move(sse);
  }
  check_on_demand(in.on_demand, per_request);
  if (in.on_demand) definition["OnDemandThroughput"] = on_demand_of(*in.on_demand);
  if (in.warm) {
    const Map& now = definition.find("ProvisionedThroughput")->map();
    definition["WarmThroughput"] =
        warm_of(*in.warm, per_request ? 12000 : number_of(now, "ReadCapacityUnits"),
                per_request ? 4000 : number_of(now, "WriteCapacityUnits"), per_request, "table");
  }
  if (!in.stream) return;
  if (in.stream->enabled && t.stream)
    throw kValidation("Table already has an enabled stream: TableName: " + t.name);
  if (!in.stream->enabled && !t.stream)
    throw kValidation("Table has no stream to disable: TableName: " + t.name);
}

DescriptionOutput handle(DynamoDb& db, const Call& call, const Input& in) {
  check(in);
  Table& table = db.require(call, *in.name);
  require_active(table);
  Draft d{table.definition, {}, {}, table.settings};
  change_billing(d, in, call.now);
  const bool per_request = in.billing ? *in.billing == "PAY_PER_REQUEST" : on_demand(d.definition.map());
  change_indexes(d, table, in, per_request, call.now);
  change_flags(d, table, in, call, per_request);
  if (!d.index_pending.empty()) d.pending["Indexes"] = std::move(d.index_pending);
  if (!d.pending.empty()) d.settings.pending = Value(std::move(d.pending));
  d.settings.status = "UPDATING";
  change(db, table, std::move(d.definition), std::move(d.settings));
  if (in.stream && in.stream->enabled) db.open_stream(table, *in.stream->view, call.now);
  if (in.stream && !in.stream->enabled) db.close_stream(table, call.now);
  DescriptionOutput out{.description = db.describe(table)};
  settle(db, table, call.now);
  return out;
}

}  // namespace

Operation update_table() {
  return operation<DynamoDb, Input, DescriptionOutput>({
      .name = "UpdateTable",
      .action = "dynamodb:UpdateTable",
      .resource = [](DynamoDb&, const Call& c,
                     const Input& in) { return table_arn(c, in.name.value_or("")); },
      .input = {optional<&Input::attributes>("AttributeDefinitions"),
                optional<&Input::name>("TableName", kTableName),
                optional<&Input::billing>("BillingMode", {.one_of = {"PROVISIONED", "PAY_PER_REQUEST"}}),
                optional<&Input::throughput>("ProvisionedThroughput"),
                optional<&Input::indexes>("GlobalSecondaryIndexUpdates"),
                optional<&Input::stream>("StreamSpecification"), optional<&Input::sse>("SSESpecification"),
                optional<&Input::replicas>("ReplicaUpdates", {.min = 1}),
                optional<&Input::table_class>("TableClass",
                                              {.one_of = {"STANDARD", "STANDARD_INFREQUENT_ACCESS"}}),
                optional<&Input::deletion_protection>("DeletionProtectionEnabled"),
                optional<&Input::consistency>("MultiRegionConsistency", {.one_of = {"EVENTUAL", "STRONG"}}),
                optional<&Input::witnesses>("GlobalTableWitnessUpdates", {.min = 1, .max = 1}),
                optional<&Input::on_demand>("OnDemandThroughput"), optional<&Input::warm>("WarmThroughput"),
                optional<&Input::replication>("GlobalTableSettingsReplicationMode",
                                              {.one_of = {"ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES"}})},
      .output = {required<&DescriptionOutput::description>("TableDescription")},
      .errors = {kResourceNotFound, kResourceInUse, kLimitExceeded, kValidation},
      .handle = handle,
  });
}

}  // namespace puddle::dynamodb
