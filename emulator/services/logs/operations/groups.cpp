// Log groups: create, delete, describe; retention.
#include <algorithm>

#include "base/text.hpp"
#include "services/logs/logs.hpp"

namespace puddle::logs {
namespace {

struct CreateInput {
  std::string name;
  std::optional<std::string> kms, group_class;
  std::map<std::string, std::string> tags;
  std::optional<bool> protection;
};

Empty create(Logs& logs, const Call& call, const CreateInput& in) {
  if (in.kms) throw kInvalidParameter("The parameter kmsKeyId is not supported by Puddle.");
  if (in.group_class.value_or("STANDARD") != "STANDARD")
    throw kInvalidParameter("The parameter logGroupClass " + *in.group_class +
                            " is not supported by Puddle.");
  if (in.protection.value_or(false))
    throw kInvalidParameter("The parameter deletionProtectionEnabled is not supported by Puddle.");
  if (logs.records.group(call.account, call.region, in.name))
    throw kExists("The specified log group already exists");
  Group group;
  group.account = call.account;
  group.region = call.region;
  group.name = in.name;
  group.created = call.now;
  group.tags = in.tags;
  logs.records.add(group);
  return {};
}

struct Target {
  std::string name;
  static Shape shape() {
    return {required<&Target::name>("logGroupName", {.min = 1, .max = 512, .pattern = kGroupPattern})};
  }
};

Empty remove(Logs& logs, const Call& call, const Target& in) {
  const Group group = logs.need(call, in.name);
  logs.deps.jobs.cancel("logs.retention", std::to_string(group.id));
  logs.records.remove(group);
  return {};
}

struct ListInput {
  std::optional<std::string> prefix, pattern, token, group_class;
  std::optional<int> limit;
  std::optional<bool> linked;
  std::vector<std::string> accounts, identifiers;
};
struct GroupItem {
  std::string name, arn, plain_arn, group_class = "STANDARD";
  std::int64_t created = 0, stored = 0;
  std::optional<int> retention;
  int filters = 0;
  bool protection = false;
  static Shape shape() {
    return {required<&GroupItem::name>("logGroupName"),
            required<&GroupItem::created>("creationTime"),
            optional<&GroupItem::retention>("retentionInDays"),
            required<&GroupItem::filters>("metricFilterCount"),
            required<&GroupItem::arn>("arn"),
            required<&GroupItem::stored>("storedBytes"),
            required<&GroupItem::group_class>("logGroupClass"),
            required<&GroupItem::plain_arn>("logGroupArn"),
            required<&GroupItem::protection>("deletionProtectionEnabled")};
  }
};
struct ListOutput {
  std::vector<GroupItem> groups;
  std::optional<std::string> next;
};

ListOutput list(Logs& logs, const Call& call, const ListInput& in) {
  if (in.prefix && in.pattern)
    throw kInvalidParameter(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  if (!in.accounts.empty() || in.linked.value_or(false))
    throw kInvalidParameter("accountIdentifiers and includeLinkedAccounts are not supported by Puddle.");
  if (!in.identifiers.empty()) throw kInvalidParameter("logGroupIdentifiers is not supported by Puddle.");
  ListOutput out;
  if (in.group_class.value_or("STANDARD") != "STANDARD") return out;
  const auto limit = static_cast<std::size_t>(in.limit.value_or(50));
  auto found = logs.records.groups(call.account, call.region, in.prefix.value_or(""), in.pattern.value_or(""),
                                   in.token.value_or(""), limit + 1);
  if (found.size() > limit) {
    found.pop_back();
    out.next = found.back().name;
  }
  for (const Group& g : found) {
    GroupItem& item = out.groups.emplace_back();
    item.name = g.name;
    item.plain_arn = group_arn(g);
    item.arn = item.plain_arn + ":*";
    item.created = to_millis(g.created);
    item.stored = g.stored;
    item.retention = g.retention;
  }
  return out;
}

struct RetentionInput {
  std::string name;
  int days = 0;
};

Empty put_retention(Logs& logs, const Call& call, const RetentionInput& in) {
  if (std::find(kRetentionDays.begin(), kRetentionDays.end(), in.days) == kRetentionDays.end()) {
    std::string all;
    for (const int d : kRetentionDays) all += (all.empty() ? "" : ", ") + std::to_string(d);
    throw kInvalidParameter(
        "1 validation error detected: Value '" + std::to_string(in.days) +
        "' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [" + all +
        "]");
  }
  logs.set_retention(logs.need(call, in.name), in.days, call.now);
  return {};
}

Empty delete_retention(Logs& logs, const Call& call, const Target& in) {
  logs.set_retention(logs.need(call, in.name), std::nullopt, call.now);
  return {};
}

template <class In>
std::string resource(Logs&, const Call& call, const In& in) {
  return resource_arn(call, in.name);
}

}  // namespace

std::vector<Operation> group_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Logs, CreateInput, Empty>({
      .name = "CreateLogGroup",
      .action = "logs:CreateLogGroup",
      .resource = resource<CreateInput>,
      .input = {required<&CreateInput::name>("logGroupName",
                                             {.min = 1, .max = 512, .pattern = kGroupPattern}),
                optional<&CreateInput::kms>("kmsKeyId", {.max = 256}),
                optional<&CreateInput::tags>("tags", {.min = 1, .max = 50}),
                optional<&CreateInput::group_class>(
                    "logGroupClass", {.one_of = {"STANDARD", "INFREQUENT_ACCESS", "DELIVERY"}}),
                optional<&CreateInput::protection>("deletionProtectionEnabled")},
      .errors = {kInvalidParameter, kExists},
      .handle = create,
  }));
  out.push_back(operation<Logs, Target, Empty>({
      .name = "DeleteLogGroup",
      .action = "logs:DeleteLogGroup",
      .resource = resource<Target>,
      .input = Target::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = remove,
  }));
  out.push_back(operation<Logs, ListInput, ListOutput>({
      .name = "DescribeLogGroups",
      .action = "logs:DescribeLogGroups",
      .resource = [](Logs&, const Call& c, const ListInput&) { return resource_arn(c, ""); },
      .input = {optional<&ListInput::accounts>("accountIdentifiers"),
                optional<&ListInput::prefix>("logGroupNamePrefix",
                                             {.min = 1, .max = 512, .pattern = kGroupPattern}),
                optional<&ListInput::pattern>("logGroupNamePattern",
                                              {.min = 0, .max = 512, .pattern = "[\\.\\-_/#A-Za-z0-9]*"}),
                optional<&ListInput::token>("nextToken", {.min = 1}),
                optional<&ListInput::limit>("limit", {.min = 1, .max = 50}),
                optional<&ListInput::linked>("includeLinkedAccounts"),
                optional<&ListInput::group_class>("logGroupClass",
                                                  {.one_of = {"STANDARD", "INFREQUENT_ACCESS", "DELIVERY"}}),
                optional<&ListInput::identifiers>("logGroupIdentifiers")},
      .output = {required<&ListOutput::groups>("logGroups"), optional<&ListOutput::next>("nextToken")},
      .errors = {kInvalidParameter},
      .handle = list,
  }));
  out.push_back(operation<Logs, RetentionInput, Empty>({
      .name = "PutRetentionPolicy",
      .action = "logs:PutRetentionPolicy",
      .resource = resource<RetentionInput>,
      .input = {required<&RetentionInput::name>("logGroupName",
                                                {.min = 1, .max = 512, .pattern = kGroupPattern}),
                required<&RetentionInput::days>("retentionInDays")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = put_retention,
  }));
  out.push_back(operation<Logs, Target, Empty>({
      .name = "DeleteRetentionPolicy",
      .action = "logs:DeleteRetentionPolicy",
      .resource = resource<Target>,
      .input = Target::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = delete_retention,
  }));
  return out;
}

}  // namespace puddle::logs
