// GetFunction, GetFunctionConfiguration, ListFunctions, DeleteFunction.
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name;
  std::optional<std::string> qualifier;
  static Shape shape() {
    return {required<&Input::name>("FunctionName", name_in_path()),
            optional<&Input::qualifier>("Qualifier", qualifier_in_query())};
  }
};

struct Concurrency {
  std::optional<int> reserved;
  static Shape shape() { return {optional<&Concurrency::reserved>("ReservedConcurrentExecutions")}; }
};

struct CodeLocation {
  std::string type = "S3", location;
  static Shape shape() {
    return {required<&CodeLocation::type>("RepositoryType"), required<&CodeLocation::location>("Location")};
  }
};

struct GetOutput {
  Configuration config;
  CodeLocation code;
  std::map<std::string, std::string> tags;
  std::optional<Concurrency> concurrency;
};

/// The configuration under the ARN that was asked for.
Configuration shown(const Target& target) {
  Configuration out = target.function->config;
  if (!target.qualifier.empty()) out.arn = target.arn;
  return out;
}

GetOutput get(Lambda& service, const Call& call, const Input& in) {
  const Target target = service.need(call, in.name, in.qualifier);
  GetOutput out;
  out.config = shown(target);
  out.code.location = code_location(call.endpoint, *target.function);
  out.tags = target.family->tags;
  if (target.family->reserved) out.concurrency = Concurrency{target.family->reserved};
  return out;
}

Configuration get_configuration(Lambda& service, const Call& call, const Input& in) {
  return shown(service.need(call, in.name, in.qualifier));
}

struct ListInput {
  std::optional<std::string> master_region, version, marker;
  std::optional<int> limit;
};
struct ListOutput {
  std::optional<std::string> next;
  std::vector<Configuration> functions;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  if (in.master_region) return {};  // no function is replicated to the edge
  std::vector<Configuration> all;
  for (const FunctionFamily* f : service.functions_in(call)) {
    all.push_back(listed(f->latest.config));
    if (!in.version) continue;
    all.back().arn += ":$LATEST";
    for (const auto& [number, version] : f->versions) all.push_back(listed(version.config));
  }
  ListOutput out;
  std::tie(out.functions, out.next) = page_of(all, in);
  return out;
}

struct Removed {
  int status = 204;
};

Removed remove(Lambda& service, const Call& call, const Input& in) {
  const FunctionName name = service.parse_name(call, in.name, in.qualifier);
  if (name.qualifier == kLatest)
    throw user_error(kInvalidParameter, "$LATEST version cannot be deleted without deleting the function.");
  if (!service.find_target(name)) {
    FunctionFamily* exists = service.find(name);
    if (exists && name.region == call.region) return {};  // a version that is not there is no error
    need_family(service, call, name.arn());
  }
  const Target target = service.need(call, in.name, in.qualifier);
  FunctionFamily& family = *target.family;
  if (name.qualifier.empty()) {
    service.erase(family);
    return {};
  }
  if (target.alias) throw user_error(kInvalidParameter, "Deletion of aliases is not currently supported.");
  for (const auto& [alias_name, alias] : family.aliases)
    if (alias.version == name.qualifier || (alias.routing && alias.routing->weights.contains(name.qualifier)))
      throw user_error(kConflict, "Unable to delete version because the following aliases reference it: [" +
                                      alias_name + "]");
  service.erase_version(family, std::stoi(name.qualifier));
  return {};
}

}  // namespace

std::vector<Operation> function_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, GetOutput>({
      .name = "GetFunction",
      .action = "lambda:GetFunction",
      .resource = function_resource<Input>,
      .http = {"GET", "/2015-03-31/functions/{FunctionName}"},
      .input = Input::shape(),
      .output = {required<&GetOutput::config>("Configuration"), required<&GetOutput::code>("Code"),
                 optional<&GetOutput::tags>("Tags"), optional<&GetOutput::concurrency>("Concurrency")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = get,
  }));
  out.push_back(operation<Lambda, Input, Configuration>({
      .name = "GetFunctionConfiguration",
      .action = "lambda:GetFunctionConfiguration",
      .resource = function_resource<Input>,
      .http = {"GET", "/2015-03-31/functions/{FunctionName}/configuration"},
      .input = Input::shape(),
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = get_configuration,
  }));
  out.push_back(operation<Lambda, ListInput, ListOutput>({
      .name = "ListFunctions",
      .action = "lambda:ListFunctions",
      .http = {"GET", "/2015-03-31/functions"},
      .input = paged<ListInput>(
          {optional<&ListInput::master_region>(
               "MasterRegion",
               {.pattern = "ALL|[a-z]{2}(-gov)?-[a-z]+-\\d{1}", .at = wire::Location::query_string}),
           optional<&ListInput::version>("FunctionVersion",
                                         {.one_of = {"ALL"}, .at = wire::Location::query_string})},
          10000),
      .output = {optional<&ListOutput::next>("NextMarker"), required<&ListOutput::functions>("Functions")},
      .errors = {kInvalidParameter},
      .handle = list,
  }));
  out.push_back(operation<Lambda, Input, Removed>({
      .name = "DeleteFunction",
      .action = "lambda:DeleteFunction",
      .resource = function_resource<Input>,
      .http = {"DELETE", "/2015-03-31/functions/{FunctionName}", 204},
      .input = Input::shape(),
      .output = {required<&Removed::status>("StatusCode", {.at = wire::Location::status_code})},
      .errors = {kInvalidParameter, kNotFound, kConflict},
      .handle = remove,
  }));
  return out;
}

}  // namespace puddle::lambda
