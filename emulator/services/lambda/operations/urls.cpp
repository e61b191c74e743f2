// FunctionUrlConfig: create, get, list, update, delete. Serving is function_url.cpp.
#include "aws/arn.hpp"
#include "runtime/random.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name;
  std::optional<std::string> qualifier, auth, mode;
  std::optional<Cors> cors;
};

/// FunctionUrlConfig as answers show it: without the id.
struct Output {
  std::string url, arn, auth, created, modified, mode;
  std::optional<Cors> cors;
  static Shape create_shape() {
    return {required<&Output::url>("FunctionUrl"),      required<&Output::arn>("FunctionArn"),
            required<&Output::auth>("AuthType"),        optional<&Output::cors>("Cors"),
            required<&Output::created>("CreationTime"), required<&Output::mode>("InvokeMode")};
  }
  static Shape shape() {
    Shape out = create_shape();
    out.fields.push_back(required<&Output::modified>("LastModifiedTime"));
    return out;
  }
};

Output shown(const FunctionUrl& u) { return {u.url, u.arn, u.auth, u.created, u.modified, u.mode, u.cors}; }

void check(const Input& in) { refuse_given(in.mode == "RESPONSE_STREAM", "InvokeMode RESPONSE_STREAM"); }

constexpr const char* kNoFunction = "Function does not exist";
constexpr const char* kNoUrl = "The resource you requested does not exist.";

/// A URL belongs to $LATEST or to an alias; missing: what is said when there is no such function or alias.
Target target_of(Lambda& service, const Call& call, const Input& in, const char* missing) {
  const std::string qualifier = service.parse_name(call, in.name, in.qualifier).qualifier;
  if (qualifier == kLatest ||
      (!qualifier.empty() && qualifier.find_first_not_of("0123456789") == std::string::npos))
    throw AwsError(
        "ValidationException",
        "1 validation error detected: Value '" + qualifier +
            "' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: "
            "((?!^\\d+$)^[0-9a-zA-Z-_]+$)");
  return need_or_say(service, call, in.name, in.qualifier, missing);
}

/// "http://ID.lambda-url.REGION.localhost:4566/": resolves to this machine in browsers and most resolvers.
/// The path form is ENDPOINT/_aws/lambda-url/ID/.
std::string url_of(const std::string& endpoint, const std::string& id, const std::string& region) {
  const auto colon = endpoint.rfind(':');
  const std::string port = colon != std::string::npos && colon > 6 ? endpoint.substr(colon) : "";
  return "http://" + id + ".lambda-url." + region + ".localhost" + port + "/";
}

Output create(Lambda& service, const Call& call, const Input& in) {
  check(in);
  const Target t = target_of(service, call, in, kNoFunction);
  if (t.family->urls.contains(t.qualifier))
    throw user_error(kConflict, "Failed to create function url config for [functionArn = " + t.arn +
                                    "]. Error message:  FunctionUrlConfig exists for this Lambda function");
  FunctionUrl u;
  u.id = random_text(service.deps.entropy, 32, kLowerAlnum);
  u.url = url_of(call.endpoint, u.id, t.family->latest.region);
  u.arn = t.arn;
  u.auth = *in.auth;
  u.cors = in.cors;
  u.mode = in.mode.value_or("BUFFERED");
  u.created = u.modified = iso8601(call.now);
  FunctionSettings next = *t.family;
  next.urls[t.qualifier] = u;
  service.save(*t.family, std::move(next));
  return shown(u);
}

FunctionUrl need_url(const Target& t) {
  const auto it = t.family->urls.find(t.qualifier);
  if (it == t.family->urls.end()) throw user_error(kNotFound, kNoUrl);
  return it->second;
}

Output update(Lambda& service, const Call& call, const Input& in) {
  check(in);
  const Target t = target_of(service, call, in, kNoFunction);
  FunctionUrl u = need_url(t);
  if (in.auth) u.auth = *in.auth;
  if (in.cors) u.cors = in.cors;
  if (in.mode) u.mode = *in.mode;
  u.modified = iso8601(call.now);
  FunctionSettings next = *t.family;
  next.urls[t.qualifier] = u;
  service.save(*t.family, std::move(next));
  return shown(u);
}

Output get(Lambda& service, const Call& call, const Input& in) {
  return shown(need_url(target_of(service, call, in, kNoUrl)));
}

Empty remove(Lambda& service, const Call& call, const Input& in) {
  const Target t = target_of(service, call, in, kNoUrl);
  need_url(t);
  FunctionSettings next = *t.family;
  next.urls.erase(t.qualifier);
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
  std::vector<Output> urls;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  std::vector<Output> all;
  for (const auto& [qualifier, u] : need_or_say(service, call, in.name, {}, kNoFunction).family->urls)
    all.push_back(shown(u));
  ListOutput out;
  std::tie(out.urls, out.next) = page_of(all, in);
  return out;
}

wire::Field auth_field(bool required_here) {
  wire::Field f = optional<&Input::auth>("AuthType", {.one_of = {"NONE", "AWS_IAM"}});
  f.required = required_here;
  return f;
}

}  // namespace

std::vector<Operation> url_operations() {
  using wire::Location;
  constexpr std::string_view kPath = "/2021-10-31/functions/{FunctionName}/url";
  const wire::Traits alias{.min = 1,
                           .max = 128,
                           .pattern = "(^\\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))",
                           .at = Location::query_string};
  const auto named = required<&Input::name>("FunctionName", plain_name_in_path());
  const auto qualified = optional<&Input::qualifier>("Qualifier", alias);
  const auto cors = optional<&Input::cors>("Cors");
  const auto mode = optional<&Input::mode>("InvokeMode", {.one_of = {"RESPONSE_STREAM", "BUFFERED"}});
  const std::vector<ErrorType> errors{kInvalidParameter, kNotFound, kConflict, {"ValidationException"}};
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, Output>({.name = "CreateFunctionUrlConfig",
                                                  .action = "lambda:CreateFunctionUrlConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"POST", kPath, 201},
                                                  .input = {named, qualified, auth_field(true), cors, mode},
                                                  .output = Output::create_shape(),
                                                  .errors = errors,
                                                  .handle = create}));
  out.push_back(operation<Lambda, Input, Output>({.name = "UpdateFunctionUrlConfig",
                                                  .action = "lambda:UpdateFunctionUrlConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"PUT", kPath},
                                                  .input = {named, qualified, auth_field(false), cors, mode},
                                                  .output = Output::shape(),
                                                  .errors = errors,
                                                  .handle = update}));
  out.push_back(operation<Lambda, Input, Output>({.name = "GetFunctionUrlConfig",
                                                  .action = "lambda:GetFunctionUrlConfig",
                                                  .resource = function_resource<Input>,
                                                  .http = {"GET", kPath},
                                                  .input = {named, qualified},
                                                  .output = Output::shape(),
                                                  .errors = errors,
                                                  .handle = get}));
  out.push_back(operation<Lambda, Input, Empty>({.name = "DeleteFunctionUrlConfig",
                                                 .action = "lambda:DeleteFunctionUrlConfig",
                                                 .resource = function_resource<Input>,
                                                 .http = {"DELETE", kPath, 204},
                                                 .input = {named, qualified},
                                                 .errors = errors,
                                                 .handle = remove}));
  out.push_back(operation<Lambda, ListInput, ListOutput>(
      {.name = "ListFunctionUrlConfigs",
       .action = "lambda:ListFunctionUrlConfigs",
       .resource = function_resource<ListInput>,
       .http = {"GET", "/2021-10-31/functions/{FunctionName}/urls"},
       .input = paged<ListInput>({required<&ListInput::name>("FunctionName", plain_name_in_path())}, 50),
       .output = {optional<&ListOutput::next>("NextMarker"),
                  required<&ListOutput::urls>("FunctionUrlConfigs")},
       .errors = errors,
       .handle = list}));
  return out;
}

}  // namespace puddle::lambda
