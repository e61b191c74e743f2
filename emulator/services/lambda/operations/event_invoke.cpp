// FunctionEventInvokeConfig: put, update, get, list, delete.
#include "aws/arn.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name;
  std::optional<std::string> qualifier;
  std::optional<int> max_retries, max_age;
  std::optional<DestinationConfig> destinations;
};
struct Output {
  Time modified;
  std::string arn;
  std::optional<int> max_retries, max_age;
  DestinationConfig destinations;
  static Shape shape() {
    return {required<&Output::modified>("LastModified"), required<&Output::arn>("FunctionArn"),
            optional<&Output::max_retries>("MaximumRetryAttempts"),
            optional<&Output::max_age>("MaximumEventAgeInSeconds"),
            required<&Output::destinations>("DestinationConfig")};
  }
};

/// The qualifier that the config belongs to: "$LATEST" when none was given.
std::string key_of(const Target& t) { return t.qualifier.empty() ? std::string(kLatest) : t.qualifier; }

Output shown(const FunctionFamily& family, const std::string& key, const EventInvokeConfig& c) {
  return {from_millis(c.modified), family.arn() + ":" + key, c.max_retries, c.max_age, c.destinations};
}

constexpr const char* kNoFunction = "The function doesn't exist.";

AwsError no_config(const std::string& arn, const std::string& key) {
  return user_error(kNotFound, "The function " + arn + ":" + key + " doesn't have an EventInvokeConfig");
}

/// A missing function or qualifier has no config either.
Target target_with_config(Lambda& service, const Call& call, const Input& in) {
  const FunctionName name = service.parse_name(call, in.name, in.qualifier);
  if (name.region == call.region && !service.find_target(name))
    throw no_config(name.arn(), name.qualifier.empty() ? std::string(kLatest) : name.qualifier);
  return service.need(call, in.name, in.qualifier);
}

std::string described(const DestinationConfig& d) {
  const auto one = [](const std::optional<Destination>& x, const char* name) {
    return x && x->arn ? std::string(name) + "(destination=" + *x->arn + ")" : std::string("null");
  };
  return "DestinationConfig(onSuccess=" + one(d.on_success, "OnSuccess") +
         ", onFailure=" + one(d.on_failure, "OnFailure") + ")";
}

void check_destination(Lambda& service, const Call& call, const Target& t, const DestinationConfig& all,
                       const std::optional<Destination>& one) {
  const std::string target = one ? one->arn.value_or("") : "";
  if (target.empty()) return;
  const auto arn = Arn::parse(target);
  refuse_given(arn && (arn->service == "events" || arn->service == "s3"),
               "DestinationConfig of " + (arn ? arn->service : "") + " (queues, topics and functions are)");
  if (!arn || (arn->service != "sqs" && arn->service != "sns" && arn->service != "lambda"))
    throw user_error(kInvalidParameter, "The provided destination config " + described(all) + " is invalid.");
  if (service.find_family(target) == t.family)
    throw user_error(kInvalidParameter, "You can't specify the function as a destination for itself.");
  if (arn->service == "lambda" && !service.find_arn(target))
    throw user_error(kInvalidParameter, "The destination ARN " + target + " is invalid.");
  const Principal role = service.role_of(*t.function);
  if (role.kind != Principal::Kind::role || service.deps.authorizer.mode() != AuthMode::enforce) return;
  Call as_role = call;
  as_role.principal = role;
  const std::string action = arn->service == "sqs"   ? "sqs:SendMessage"
                             : arn->service == "sns" ? "sns:Publish"
                                                     : "lambda:InvokeFunction";
  if (!service.deps.authorizer.why_denied(as_role, action, target).empty())
    throw user_error(kInvalidParameter, "The function's execution role does not have permissions to call " +
                                            action.substr(action.find(':') + 1) + " on " + target);
}

Output store(Lambda& service, const Call& call, const Target& t, EventInvokeConfig config) {
  check_destination(service, call, t, config.destinations, config.destinations.on_success);
  check_destination(service, call, t, config.destinations, config.destinations.on_failure);
  if (!config.destinations.on_success) config.destinations.on_success = Destination{};
  if (!config.destinations.on_failure) config.destinations.on_failure = Destination{};
  config.modified = to_millis(call.now);
  FunctionSettings next = *t.family;
  next.event_configs[key_of(t)] = config;
  service.save(*t.family, std::move(next));
  return shown(*t.family, key_of(t), config);
}

void check_something(const Input& in) {
  if (!in.max_retries && !in.max_age && !in.destinations)
    throw user_error(kInvalidParameter,
                     "You must specify at least one of error handling or destination setting.");
}

Output put(Lambda& service, const Call& call, const Input& in) {
  check_something(in);
  const Target t = need_or_say(service, call, in.name, in.qualifier, kNoFunction);
  EventInvokeConfig config;
  config.max_retries = in.max_retries;
  config.max_age = in.max_age;
  if (in.destinations) config.destinations = *in.destinations;
  return store(service, call, t, std::move(config));
}

const EventInvokeConfig& need_config(const Target& t) {
  const auto it = t.family->event_configs.find(key_of(t));
  if (it == t.family->event_configs.end()) throw no_config(t.family->arn(), key_of(t));
  return it->second;
}

Output update(Lambda& service, const Call& call, const Input& in) {
  check_something(in);
  const Target t = need_or_say(service, call, in.name, in.qualifier, kNoFunction);
  EventInvokeConfig config = need_config(t);
  if (in.max_retries) config.max_retries = in.max_retries;
  if (in.max_age) config.max_age = in.max_age;
  if (in.destinations && in.destinations->on_success)
    config.destinations.on_success = in.destinations->on_success;
  if (in.destinations && in.destinations->on_failure)
    config.destinations.on_failure = in.destinations->on_failure;
  return store(service, call, t, std::move(config));
}

Output get(Lambda& service, const Call& call, const Input& in) {
  const Target t = target_with_config(service, call, in);
  return shown(*t.family, key_of(t), need_config(t));
}

Empty remove(Lambda& service, const Call& call, const Input& in) {
  const Target t = target_with_config(service, call, in);
  need_config(t);
  FunctionSettings next = *t.family;
  next.event_configs.erase(key_of(t));
  service.save(*t.family, std::move(next));
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
  const FunctionFamily& family = *need_or_say(service, call, in.name, {}, kNoFunction).family;
  std::vector<Output> all;
  all.reserve(family.event_configs.size());
  for (const auto& [key, config] : family.event_configs) all.push_back(shown(family, key, config));
  ListOutput out;
  std::tie(out.configs, out.next) = page_of(all, in);
  return out;
}

std::vector<wire::Field> setting_fields() {
  return {required<&Input::name>("FunctionName", name_in_path()),
          optional<&Input::qualifier>("Qualifier", qualifier_in_query()),
          optional<&Input::max_retries>("MaximumRetryAttempts", {.min = 0, .max = 2}),
          optional<&Input::max_age>("MaximumEventAgeInSeconds", {.min = 60, .max = 21600}),
          optional<&Input::destinations>("DestinationConfig")};
}

}  // namespace

std::vector<Operation> event_invoke_operations() {
  using wire::Location;
  constexpr std::string_view kPath = "/2019-09-25/functions/{FunctionName}/event-invoke-config";
  const std::vector<wire::Field> named{required<&Input::name>("FunctionName", name_in_path()),
                                       optional<&Input::qualifier>("Qualifier", qualifier_in_query())};
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, Output>({.name = "PutFunctionEventInvokeConfig",
                                                  .action = "lambda:PutFunctionEventInvokeConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"PUT", kPath},
                                                  .input = setting_fields(),
                                                  .output = Output::shape(),
                                                  .errors = {kInvalidParameter, kNotFound, kConflict},
                                                  .handle = put}));
  out.push_back(operation<Lambda, Input, Output>({.name = "UpdateFunctionEventInvokeConfig",
                                                  .action = "lambda:UpdateFunctionEventInvokeConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"POST", kPath},
                                                  .input = setting_fields(),
                                                  .output = Output::shape(),
                                                  .errors = {kInvalidParameter, kNotFound, kConflict},
                                                  .handle = update}));
  out.push_back(operation<Lambda, Input, Output>({.name = "GetFunctionEventInvokeConfig",
                                                  .action = "lambda:GetFunctionEventInvokeConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"GET", kPath},
                                                  .input = named,
                                                  .output = Output::shape(),
                                                  .errors = {kInvalidParameter, kNotFound},
                                                  .handle = get}));
  out.push_back(operation<Lambda, Input, Empty>({.name = "DeleteFunctionEventInvokeConfig",
                                                 .action = "lambda:DeleteFunctionEventInvokeConfig",
                                                 .resource = function_resource<Input>,
                                                 .http = {"DELETE", kPath, 204},
                                                 .input = named,
                                                 .errors = {kInvalidParameter, kNotFound, kConflict},
                                                 .handle = remove}));
  out.push_back(operation<Lambda, ListInput, ListOutput>(
      {.name = "ListFunctionEventInvokeConfigs",
       .action = "lambda:ListFunctionEventInvokeConfigs",
       .resource = function_resource<ListInput>,
       .http = {"GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config/list"},
       .input = paged<ListInput>({required<&ListInput::name>("FunctionName", name_in_path())}, 50),
       .output = {optional<&ListOutput::next>("NextMarker"),
                  required<&ListOutput::configs>("FunctionEventInvokeConfigs")},
       .errors = {kInvalidParameter, kNotFound},
       .handle = list}));
  return out;
}

}  // namespace puddle::lambda
