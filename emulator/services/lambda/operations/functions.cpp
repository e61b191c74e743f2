// GetFunction, GetFunctionConfiguration, ListFunctions, DeleteFunction.
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"

namespace puddle::lambda {
namespace {

struct Target {
  std::string name;
  std::optional<std::string> qualifier;
  static Shape shape() {
    return {required<&Target::name>("FunctionName", name_in_path()),
            optional<&Target::qualifier>("Qualifier", qualifier_in_query())};
  }
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
};

GetOutput get(Lambda& service, const Call& call, const Target& in) {
  const Function& f = service.need(call, in.name, in.qualifier);
  GetOutput out;
  out.config = f.config;
  if (in.qualifier) out.config.arn += ":" + *in.qualifier;
  out.code.location = code_location(call.endpoint, f);
  out.tags = f.tags;
  return out;
}

Configuration get_configuration(Lambda& service, const Call& call, const Target& in) {
  Configuration out = service.need(call, in.name, in.qualifier).config;
  if (in.qualifier) out.arn += ":" + *in.qualifier;
  return out;
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
  // Only $LATEST exists, and no function is replicated to the edge.
  if (in.master_region) return {};
  std::vector<Configuration> all;
  for (const Function* f : service.functions_in(call)) {
    Configuration c = f->config;
    // Lists leave the states out.
    c.state = c.last_update_status = std::nullopt;
    if (in.version) c.arn += ":$LATEST";
    all.push_back(std::move(c));
  }
  ListOutput out;
  std::tie(out.functions, out.next) =
      page_of(all, in.marker, static_cast<std::size_t>(std::min(in.limit.value_or(50), 50)));
  return out;
}

Empty remove(Lambda& service, const Call& call, const Target& in) {
  if (in.qualifier == kLatest)
    throw user_error(kInvalidParameter, "$LATEST version cannot be deleted without deleting the function.");
  service.need(call, in.name, in.qualifier);
  service.erase(service.parse_name(call, in.name, in.qualifier));
  return {};
}

}  // namespace

std::vector<Operation> function_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Target, GetOutput>({
      .name = "GetFunction",
      .action = "lambda:GetFunction",
      .resource = function_resource<Target>,
      .http = {"GET", "/2015-03-31/functions/{FunctionName}"},
      .input = Target::shape(),
      .output = {required<&GetOutput::config>("Configuration"), required<&GetOutput::code>("Code"),
                 optional<&GetOutput::tags>("Tags")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = get,
  }));
  out.push_back(operation<Lambda, Target, Configuration>({
      .name = "GetFunctionConfiguration",
      .action = "lambda:GetFunctionConfiguration",
      .resource = function_resource<Target>,
      .http = {"GET", "/2015-03-31/functions/{FunctionName}/configuration"},
      .input = Target::shape(),
      .output = Configuration::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = get_configuration,
  }));
  out.push_back(operation<Lambda, ListInput, ListOutput>({
      .name = "ListFunctions",
      .action = "lambda:ListFunctions",
      .http = {"GET", "/2015-03-31/functions"},
      .input = {optional<&ListInput::master_region>(
                    "MasterRegion",
                    {.pattern = "ALL|[a-z]{2}(-gov)?-[a-z]+-\\d{1}", .at = wire::Location::query_string}),
                optional<&ListInput::version>("FunctionVersion",
                                              {.one_of = {"ALL"}, .at = wire::Location::query_string}),
                optional<&ListInput::marker>("Marker", {.at = wire::Location::query_string}),
                optional<&ListInput::limit>("MaxItems",
                                            {.min = 1, .max = 10000, .at = wire::Location::query_string})},
      .output = {optional<&ListOutput::next>("NextMarker"), required<&ListOutput::functions>("Functions")},
      .errors = {kInvalidParameter},
      .handle = list,
  }));
  out.push_back(operation<Lambda, Target, Empty>({
      .name = "DeleteFunction",
      .action = "lambda:DeleteFunction",
      .resource = function_resource<Target>,
      .http = {"DELETE", "/2015-03-31/functions/{FunctionName}", 204},
      .input = Target::shape(),
      .errors = {kInvalidParameter, kNotFound},
      .handle = remove,
  }));
  return out;
}

}  // namespace puddle::lambda
