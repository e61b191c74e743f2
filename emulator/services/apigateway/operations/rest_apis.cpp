// RestApi: create, get, list, update, delete.
#include <set>

#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

struct RestApiOut {
  std::string id, name;
  std::optional<std::string> description, version;
  Time created;
  std::vector<std::string> binary_types;
  std::string key_source = "HEADER", root_id;
  Endpoint endpoint;
  Texts tags;
  bool disabled = false;
  static Shape shape() {
    return {required<&RestApiOut::id>("id"),
            required<&RestApiOut::name>("name"),
            optional<&RestApiOut::description>("description"),
            required<&RestApiOut::created>("createdDate"),
            optional<&RestApiOut::version>("version"),
            optional<&RestApiOut::binary_types>("binaryMediaTypes"),
            required<&RestApiOut::key_source>("apiKeySource"),
            required<&RestApiOut::endpoint>("endpointConfiguration"),
            optional<&RestApiOut::tags>("tags"),
            required<&RestApiOut::disabled>("disableExecuteApiEndpoint"),
            required<&RestApiOut::root_id>("rootResourceId")};
  }
};

RestApiOut describe(const Api& api) {
  RestApiOut out;
  out.id = api.id;
  out.name = api.name;
  out.description = api.description;
  out.version = api.version;
  out.created = api.created;
  out.binary_types = api.binary_types;
  out.endpoint = api.endpoint;
  out.tags = api.tags;
  out.root_id = api.root_id;
  return out;
}

struct EndpointIn {
  std::vector<std::string> types;
  std::optional<Value> ip_address_type, vpc_endpoints;
  static Shape shape() {
    return {optional<&EndpointIn::types>("types", {.each = {{.one_of = {"REGIONAL", "EDGE", "PRIVATE"}}}}),
            optional<&EndpointIn::ip_address_type>("ipAddressType"),
            optional<&EndpointIn::vpc_endpoints>("vpcEndpointIds")};
  }
};

struct CreateIn {
  std::string name;
  std::optional<std::string> description, version, key_source;
  std::vector<std::string> binary_types;
  std::optional<EndpointIn> endpoint;
  std::optional<bool> disabled;
  Texts tags;
  std::optional<Value> clone_from, compression, policy, security, access_mode;
};

constexpr std::string_view kCustomId = "_custom_id_";

std::string choose_id(ApiGateway& gateway, const Texts& tags) {
  const auto custom = tags.find(std::string(kCustomId));
  if (custom == tags.end()) return gateway.new_id(10);
  const std::string& id = custom->second;
  const bool legal = !id.empty() && id.size() <= 64 &&
                     id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!legal) throw kBadRequest("The tag _custom_id_ must be of lower-case letters, digits and hyphens.");
  if (gateway.find_api(id)) throw kConflict("An API with the id " + id + " exists already.");
  return id;
}

RestApiOut create(ApiGateway& gateway, const Call& call, const CreateIn& in) {
  refuse_given(in.clone_from.has_value(), "cloneFrom");
  refuse_given(in.compression.has_value(), "minimumCompressionSize");
  refuse_given(in.policy.has_value(), "policy");
  refuse_given(in.security.has_value(), "securityPolicy");
  refuse_given(in.access_mode.has_value(), "endpointAccessMode");
  refuse_given(in.disabled.value_or(false), "disableExecuteApiEndpoint");
  refuse_given(in.key_source.value_or("HEADER") != "HEADER", "apiKeySource AUTHORIZER");
  if (in.endpoint && in.endpoint->types.size() > 1)
    throw kBadRequest("Cannot create an api with multiple Endpoint Types.");
  if (in.endpoint) refuse_given(in.endpoint->vpc_endpoints.has_value(), "vpcEndpointIds");
  if (in.name.empty()) throw kBadRequest("API name should not be empty");
  if (in.description && in.description->empty()) throw kBadRequest("Description cannot be an empty string");
  if (gateway.apis_in(call).size() >= kMaxApis)
    throw kLimitExceeded("Maximum number of APIs for this account reached");
  Api api;
  api.id = choose_id(gateway, in.tags);
  api.account = call.account;
  api.region = call.region;
  api.name = in.name;
  api.description = in.description;
  api.version = in.version;
  api.binary_types = in.binary_types;
  api.endpoint.types =
      in.endpoint && !in.endpoint->types.empty() ? in.endpoint->types : std::vector<std::string>{"EDGE"};
  api.tags = in.tags;
  api.created = call.now;
  api.root_id = gateway.new_id(10);
  Resource root;
  root.id = api.root_id;
  root.path = "/";
  api.resources.emplace(root.id, root);
  return describe(gateway.add_api(std::move(api)));
}

RestApiOut get(ApiGateway& gateway, const Call& call, const Target& in) {
  return describe(gateway.need_api(call, in.api));
}

struct ListIn {
  std::optional<std::string> position;
  std::optional<int> limit;
};
struct ListOut {
  std::optional<std::string> position;
  std::vector<RestApiOut> items;
};

ListOut list(ApiGateway& gateway, const Call& call, const ListIn& in) {
  std::vector<RestApiOut> all;
  for (const Api* api : gateway.apis_in(call)) all.push_back(describe(*api));
  ListOut out;
  out.items = page(std::move(all), in.position, in.limit, out.position);
  return out;
}

struct UpdateIn : Target {
  std::vector<PatchOperation> patches;
};

RestApiOut update(ApiGateway& gateway, const Call& call, const UpdateIn& in) {
  Api changed = gateway.need_api(call, in.api);
  for (const PatchOperation& p : in.patches) {
    if (p.op != "replace")
      throw kBadRequest("Invalid patch path  '" + p.path + "' specified for op '" + p.op +
                        "'. Please choose supported operations");
    if (p.path == "/name")
      changed.name = p.value.value_or("");
    else if (p.path == "/description")
      changed.description = p.value;
    else if (p.path == "/version")
      changed.version = p.value;
    else
      throw kBadRequest("Invalid patch path " + p.path);
  }
  if (changed.name.empty()) throw kBadRequest("API name should not be empty");
  gateway.save_api(changed);
  return describe(changed);
}

Empty remove(ApiGateway& gateway, const Call& call, const Target& in) {
  gateway.drop_api(gateway.need_api(call, in.api).id);
  return {};
}

}  // namespace

std::vector<Operation> rest_api_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, CreateIn, RestApiOut>(
      {.name = "CreateRestApi",
       .action = "apigateway:POST",
       .resource = [](ApiGateway&, const Call& c, const CreateIn&) { return control_arn(c, "/restapis"); },
       .http = {"POST", "/restapis", 201},
       .input = {required<&CreateIn::name>("name"), optional<&CreateIn::description>("description"),
                 optional<&CreateIn::version>("version"), optional<&CreateIn::clone_from>("cloneFrom"),
                 optional<&CreateIn::binary_types>("binaryMediaTypes"),
                 optional<&CreateIn::compression>("minimumCompressionSize"),
                 optional<&CreateIn::key_source>("apiKeySource", {.one_of = {"HEADER", "AUTHORIZER"}}),
                 optional<&CreateIn::endpoint>("endpointConfiguration"),
                 optional<&CreateIn::policy>("policy"), optional<&CreateIn::tags>("tags"),
                 optional<&CreateIn::disabled>("disableExecuteApiEndpoint"),
                 optional<&CreateIn::security>("securityPolicy"),
                 optional<&CreateIn::access_mode>("endpointAccessMode")},
       .output = RestApiOut::shape(),
       .errors = usual_errors(),
       .handle = create}));
  out.push_back(operation<ApiGateway, Target, RestApiOut>({.name = "GetRestApi",
                                                           .action = "apigateway:GET",
                                                           .resource = target_arn<Target>,
                                                           .http = {"GET", "/restapis/{restapi_id}"},
                                                           .input = api_fields(),
                                                           .output = RestApiOut::shape(),
                                                           .errors = usual_errors(),
                                                           .handle = get}));
  out.push_back(operation<ApiGateway, ListIn, ListOut>(
      {.name = "GetRestApis",
       .action = "apigateway:GET",
       .resource = [](ApiGateway&, const Call& c, const ListIn&) { return control_arn(c, "/restapis"); },
       .http = {"GET", "/restapis"},
       .input = {optional<&ListIn::position>("position", at_query("position")),
                 optional<&ListIn::limit>("limit", at_query("limit"))},
       .output = {optional<&ListOut::position>("position"),
                  required<&ListOut::items>("items", {.at_name = "item"})},
       .errors = usual_errors(),
       .handle = list}));
  out.push_back(operation<ApiGateway, UpdateIn, RestApiOut>(
      {.name = "UpdateRestApi",
       .action = "apigateway:PATCH",
       .resource = target_arn<UpdateIn>,
       .http = {"PATCH", "/restapis/{restapi_id}"},
       .input = joined(api_fields(), {optional<&UpdateIn::patches>("patchOperations")}),
       .output = RestApiOut::shape(),
       .errors = usual_errors(),
       .handle = update}));
  out.push_back(operation<ApiGateway, Target, Empty>({.name = "DeleteRestApi",
                                                      .action = "apigateway:DELETE",
                                                      .resource = target_arn<Target>,
                                                      .http = {"DELETE", "/restapis/{restapi_id}", 202},
                                                      .input = api_fields(),
                                                      .errors = usual_errors(),
                                                      .handle = remove}));
  return out;
}

}  // namespace puddle::apigateway
