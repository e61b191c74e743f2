// Provisioned concurrency: put, get, list, delete. Versions and aliases have it; environments.hpp keeps them
// warm.
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

constexpr ErrorType kNoConfig{"ProvisionedConcurrencyConfigNotFoundException", 404};

struct Input {
  std::string name, qualifier;
  int requested = 0;
};
struct Output {
  std::optional<std::string> arn;
  int requested = 0, available = 0, allocated = 0;
  std::string status, modified;
  std::optional<std::string> reason;
  static std::vector<wire::Field> fields() {
    return {required<&Output::requested>("RequestedProvisionedConcurrentExecutions"),
            required<&Output::available>("AvailableProvisionedConcurrentExecutions"),
            required<&Output::allocated>("AllocatedProvisionedConcurrentExecutions"),
            required<&Output::status>("Status"),
            optional<&Output::reason>("StatusReason"),
            required<&Output::modified>("LastModified")};
  }
  static Shape shape() {
    std::vector<wire::Field> all = fields();
    all.insert(all.begin(), optional<&Output::arn>("FunctionArn"));
    return all;
  }
};

Output shown(Lambda& service, const std::string& version_arn, const ProvisionedConcurrency& config) {
  const Environments::Provisioned now = service.environments.provisioned(version_arn);
  Output out;
  out.requested = config.requested;
  out.available = now.available;
  out.allocated = now.allocated;
  out.status = now.status;
  out.modified = config.modified;
  if (!now.reason.empty()) out.reason = now.reason;
  return out;
}

Target target_of(Lambda& service, const Call& call, const Input& in,
                 const char* unpublished =
                     "The function resource provided must be an alias or a published "
                     "version.") {
  const Target t = need_or_alias(service, call, in.name, in.qualifier);
  if (t.function->config.version == kLatest) throw user_error(kInvalidParameter, unpublished);
  return t;
}

void check_room(Lambda& service, const Call& call, const Target& t, int requested) {
  int mine = requested, left = kAccountConcurrency;
  for (const auto& [qualifier, config] : t.family->provisioned)
    if (qualifier != t.qualifier) mine += config.requested;
  if (t.family->reserved && mine > *t.family->reserved)
    throw user_error(kInvalidParameter,
                     "Requested Provisioned Concurrency should not be greater than the "
                     "reservedConcurrentExecution for function");
  if (requested > kAccountConcurrency)
    throw user_error(kInvalidParameter,
                     "Specified ConcurrentExecutions for function is greater than account's unreserved "
                     "concurrency [" +
                         std::to_string(kAccountConcurrency) + "].");
  for (const FunctionFamily* f : service.functions_in(call)) {
    int of_f = 0;
    for (const auto& [qualifier, config] : f->provisioned) of_f += config.requested;
    left -= std::max(f->reserved.value_or(0), f == t.family ? mine : of_f);
  }
  if (left < kMinUnreserved)
    throw user_error(kInvalidParameter,
                     "Specified ConcurrentExecutions for function decreases account's "
                     "UnreservedConcurrentExecution below its minimum value of [" +
                         std::to_string(kMinUnreserved) + "].");
}

/// A version and an alias of it cannot both have provisioned concurrency.
void check_other(const Target& t) {
  const std::string& version = t.function->config.version;
  if (t.alias && t.family->provisioned.contains(version))
    throw user_error(
        kConflict,
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
  if (t.alias) return;
  for (const auto& [name, alias] : t.family->aliases)
    if (alias.version == version && t.family->provisioned.contains(name))
      throw user_error(kConflict, "Version is pointed by a Provisioned Concurrency alias");
}

Output put(Lambda& service, const Call& call, const Input& in) {
  const Target t =
      target_of(service, call, in,
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  check_other(t);
  check_room(service, call, t, in.requested);
  FunctionSettings next = *t.family;
  ProvisionedConcurrency& config = next.provisioned[t.qualifier];
  config.requested = in.requested;
  config.modified = modified_text(call.now);
  const ProvisionedConcurrency kept = config;
  service.save(*t.family, std::move(next));
  service.limits_changed(*t.family);
  Output out = shown(service, t.function->arn(), kept);
  if (out.status == "READY") out.status = "IN_PROGRESS";
  return out;
}

const ProvisionedConcurrency& need_config(const Target& t) {
  const auto it = t.family->provisioned.find(t.qualifier);
  if (it == t.family->provisioned.end())
    throw user_error(kNoConfig, "No Provisioned Concurrency Config found for this function");
  return it->second;
}

Output get(Lambda& service, const Call& call, const Input& in) {
  const Target t = target_of(service, call, in);
  return shown(service, t.function->arn(), need_config(t));
}

Empty remove(Lambda& service, const Call& call, const Input& in) {
  const Target t = target_of(service, call, in);
  FunctionSettings next = *t.family;
  if (next.provisioned.erase(t.qualifier) == 0) return {};
  service.save(*t.family, std::move(next));
  service.limits_changed(*t.family);
  return {};
}

struct ListInput {
  std::string name;
  std::optional<std::string> marker;
  std::optional<int> limit;
};
struct ListOutput {
  std::optional<std::string> next;
  std::vector<Output> configs;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  FunctionFamily& family = need_family(service, call, in.name);
  std::vector<Output> all;
  for (const auto& [qualifier, config] : family.provisioned) {
    const std::string arn = family.arn() + ":" + qualifier;
    const Function* version = service.find_arn(arn);
    all.push_back(shown(service, version ? version->arn() : arn, config));
    all.back().arn = arn;
  }
  ListOutput out;
  std::tie(out.configs, out.next) = page_of(all, in);
  return out;
}

}  // namespace

std::vector<Operation> provisioned_operations() {
  using wire::Location;
  constexpr std::string_view kPath = "/2019-09-30/functions/{FunctionName}/provisioned-concurrency";
  const auto named = required<&Input::name>("FunctionName", plain_name_in_path());
  const auto qualified = required<&Input::qualifier>(
      "Qualifier", {.min = 1, .max = 128, .pattern = "(|[a-zA-Z0-9$_-]+)", .at = Location::query_string});
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, Output>(
      {.name = "PutProvisionedConcurrencyConfig",
       .action = "lambda:PutProvisionedConcurrencyConfig",
       .resource = function_resource<Input>,
       .http = {"PUT", kPath, 202},
       .input = {named, qualified,
                 required<&Input::requested>("ProvisionedConcurrentExecutions", {.min = 1})},
       .output = Output::fields(),
       .errors = {kInvalidParameter, kNotFound, kConflict},
       .handle = put}));
  out.push_back(operation<Lambda, Input, Output>({.name = "GetProvisionedConcurrencyConfig",
                                                  .action = "lambda:GetProvisionedConcurrencyConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"GET", kPath},
                                                  .input = {named, qualified},
                                                  .output = Output::fields(),
                                                  .errors = {kInvalidParameter, kNotFound, kNoConfig},
                                                  .handle = get}));
  out.push_back(operation<Lambda, Input, Empty>({.name = "DeleteProvisionedConcurrencyConfig",
                                                 .action = "lambda:DeleteProvisionedConcurrencyConfig",
                                                 .resource = function_resource<Input>,
                                                 .http = {"DELETE", kPath, 204},
                                                 .input = {named, qualified},
                                                 .errors = {kInvalidParameter, kNotFound, kConflict},
                                                 .handle = remove}));
  out.push_back(operation<Lambda, ListInput, ListOutput>(
      {.name = "ListProvisionedConcurrencyConfigs",
       .action = "lambda:ListProvisionedConcurrencyConfigs",
       .resource = function_resource<ListInput>,
       .http = {"GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL"},
       .input = paged<ListInput>({required<&ListInput::name>("FunctionName", plain_name_in_path())}, 50),
       .output = {optional<&ListOutput::next>("NextMarker"),
                  required<&ListOutput::configs>("ProvisionedConcurrencyConfigs")},
       .errors = {kInvalidParameter, kNotFound},
       .handle = list}));
  return out;
}

}  // namespace puddle::lambda
