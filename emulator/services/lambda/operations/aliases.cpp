// Aliases: create, get, list, update, delete; weighted routing to a second version.
#include "services/lambda/operations/families.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name, alias;
  std::optional<std::string> version, description, revision;
  std::optional<RoutingConfig> routing;
};

std::string shown(double weight) { return wire::to_json(Value(weight)); }

void check_version(const FunctionFamily& family, const std::string& version) {
  if (version == kLatest) return;
  const auto number = parse_int(version);
  if (!number || !family.versions.contains(static_cast<int>(*number)))
    throw user_error(kNotFound, "Function not found: " + family.arn() + ":" + version);
}

void check_routing(const FunctionFamily& family, const Alias& alias) {
  if (!alias.routing) return;
  const auto& weights = alias.routing->weights;
  if (weights.size() > 1)
    throw user_error(kInvalidParameter,
                     "Number of items in AdditionalVersionWeights cannot be greater than 1");
  for (const auto& [version, weight] : weights) {
    const std::string start = "1 validation error detected: Value '{" + version + "=" + shown(weight) +
                              "}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: ";
    if (weight < 0.0 || weight > 1.0)
      throw AwsError(
          "ValidationException",
          start +
              "Map value must satisfy constraint: [Member must have value less than or equal to "
              "1.0, Member must have value greater than or equal to 0.0, Member must not be null]");
    if (version == alias.version)
      throw user_error(kInvalidParameter, "Invalid function version " + version + ". Function version " +
                                              version + " is already included in routing configuration.");
    if (alias.version == kLatest)
      throw user_error(kInvalidParameter,
                       "$LATEST is not supported for an alias pointing to more than 1 version");
    if (version.find_first_not_of("0123456789") != std::string::npos)
      throw AwsError("ValidationException",
                     start +
                         "Map keys must satisfy constraint: [Member must have length less than or equal to "
                         "1024, Member must have length greater than or equal to 1, Member must satisfy "
                         "regular expression pattern: [0-9]+]");
    check_version(family, version);
  }
}

Alias create(Lambda& service, const Call& call, const Input& in) {
  if (in.alias.find_first_not_of("0123456789") == std::string::npos)
    throw AwsError("ValidationException",
                   "1 validation error detected: Value '" + in.alias +
                       "' at 'name' failed to satisfy constraint: Member must satisfy regular expression "
                       "pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)");
  const FunctionName name = service.parse_name(call, in.name);
  FunctionFamily& family =
      *need_or_say(service, call, in.name, {}, "Function not found: " + name.arn() + ":" + *in.version)
           .family;
  Alias alias;
  alias.arn = family.arn() + ":" + in.alias;
  alias.name = in.alias;
  alias.version = *in.version;
  alias.description = in.description.value_or("");
  if (in.routing && !in.routing->weights.empty()) alias.routing = in.routing;
  check_version(family, alias.version);
  if (family.aliases.contains(in.alias)) throw user_error(kConflict, "Alias already exists: " + alias.arn);
  check_routing(family, alias);
  alias.revision = service.new_revision();
  FunctionSettings next = family;
  next.aliases[in.alias] = alias;
  service.save(family, std::move(next));
  return alias;
}

Alias get(Lambda& service, const Call& call, const Input& in) {
  const FunctionFamily& family = need_family(service, call, in.name);
  const auto it = family.aliases.find(in.alias);
  if (it == family.aliases.end())
    throw user_error(kNotFound, "Cannot find alias arn: " + family.arn() + ":" + in.alias);
  return it->second;
}

Alias update(Lambda& service, const Call& call, const Input& in) {
  FunctionFamily& family = need_family(service, call, in.name);
  const auto it = family.aliases.find(in.alias);
  if (it == family.aliases.end())
    throw user_error(kNotFound, "Alias not found: " + family.arn() + ":" + in.alias);
  Alias alias = it->second;
  check_revision(alias.revision, in.revision);
  if (in.version) {
    check_version(family, *in.version);
    alias.version = *in.version;
  }
  if (in.description) alias.description = *in.description;
  if (in.routing) alias.routing = in.routing->weights.empty() ? std::nullopt : in.routing;
  check_routing(family, alias);
  alias.revision = service.new_revision();
  FunctionSettings next = family;
  next.aliases[in.alias] = alias;
  service.save(family, std::move(next));
  service.limits_changed(family);
  return alias;
}

/// An alias that is not there is no error.
Empty remove(Lambda& service, const Call& call, const Input& in) {
  FunctionFamily& family = need_family(service, call, in.name);
  if (!family.aliases.contains(in.alias)) return {};
  FunctionSettings next = family;
  next.aliases.erase(in.alias);
  next.policies.erase(in.alias);
  next.event_configs.erase(in.alias);
  next.urls.erase(in.alias);
  next.provisioned.erase(in.alias);
  service.save(family, std::move(next));
  service.limits_changed(family);
  return {};
}

struct ListInput {
  std::string name;
  std::optional<std::string> version, marker;
  std::optional<int> limit;
};
struct ListOutput {
  std::optional<std::string> next;
  std::vector<Alias> aliases;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  const FunctionFamily& family = need_family(service, call, in.name);
  std::vector<Alias> all;
  for (const auto& [name, alias] : family.aliases)
    if (!in.version || alias.version == *in.version ||
        (alias.routing && alias.routing->weights.contains(*in.version)))
      all.push_back(alias);
  ListOutput out;
  std::tie(out.aliases, out.next) = page_of(all, in);
  return out;
}

wire::Traits version_traits(wire::Location at = wire::Location::body) {
  return {.min = 1, .max = 1024, .pattern = "(\\$LATEST(\\.PUBLISHED)?|[0-9]+)", .at = at};
}
wire::Traits alias_traits(wire::Location at) {
  return {.min = 1, .max = 128, .pattern = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)", .at = at};
}
wire::Field description_field() {
  return optional<&Input::description>("Description", {.min = 0, .max = 256});
}

}  // namespace

std::vector<Operation> alias_operations() {
  using wire::Location;
  constexpr std::string_view kAll = "/2015-03-31/functions/{FunctionName}/aliases";
  constexpr std::string_view kOne = "/2015-03-31/functions/{FunctionName}/aliases/{Name}";
  const auto named = required<&Input::name>("FunctionName", plain_name_in_path());
  const auto label = required<&Input::alias>("Name", alias_traits(Location::uri));
  const auto routing = optional<&Input::routing>("RoutingConfig");
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, Alias>(
      {.name = "CreateAlias",
       .action = "lambda:CreateAlias",
       .resource = function_resource<Input>,
       .http = {"POST", kAll, 201},
       .input = {named, required<&Input::alias>("Name", alias_traits(Location::body)),
                 required<&Input::version>("FunctionVersion", version_traits()), description_field(),
                 routing},
       .output = Alias::shape(),
       .errors = {kInvalidParameter, kNotFound, kConflict, {"ValidationException"}},
       .handle = create}));
  out.push_back(operation<Lambda, Input, Alias>({.name = "GetAlias",
                                                 .action = "lambda:GetAlias",
                                                 .resource = function_resource<Input>,
                                                 .http = {"GET", kOne},
                                                 .input = {named, label},
                                                 .output = Alias::shape(),
                                                 .errors = {kInvalidParameter, kNotFound},
                                                 .handle = get}));
  out.push_back(operation<Lambda, Input, Alias>(
      {.name = "UpdateAlias",
       .action = "lambda:UpdateAlias",
       .resource = function_resource<Input>,
       .http = {"PUT", kOne},
       .input = {named, label, optional<&Input::version>("FunctionVersion", version_traits()),
                 description_field(), routing, optional<&Input::revision>("RevisionId")},
       .output = Alias::shape(),
       .errors = {kInvalidParameter, kNotFound, kConflict, kPreconditionFailed, {"ValidationException"}},
       .handle = update}));
  out.push_back(operation<Lambda, Input, Empty>({.name = "DeleteAlias",
                                                 .action = "lambda:DeleteAlias",
                                                 .resource = function_resource<Input>,
                                                 .http = {"DELETE", kOne, 204},
                                                 .input = {named, label},
                                                 .errors = {kInvalidParameter, kNotFound, kConflict},
                                                 .handle = remove}));
  out.push_back(operation<Lambda, ListInput, ListOutput>({
      .name = "ListAliases",
      .action = "lambda:ListAliases",
      .resource = function_resource<ListInput>,
      .http = {"GET", kAll},
      .input = paged<ListInput>(
          {required<&ListInput::name>("FunctionName", plain_name_in_path()),
           optional<&ListInput::version>("FunctionVersion", version_traits(Location::query_string))},
          10000),
      .output = {optional<&ListOutput::next>("NextMarker"), required<&ListOutput::aliases>("Aliases")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = list,
  }));
  return out;
}

}  // namespace puddle::lambda
