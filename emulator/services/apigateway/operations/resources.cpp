// Resource: the tree of paths.
#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

struct ResourceOut {
  std::string id, path;
  std::optional<std::string> parent_id, part;
  std::map<std::string, Value> methods;
  static Shape shape() {
    return {required<&ResourceOut::id>("id"), optional<&ResourceOut::parent_id>("parentId"),
            optional<&ResourceOut::part>("pathPart"), required<&ResourceOut::path>("path"),
            optional<&ResourceOut::methods>("resourceMethods")};
  }
};

/// Without embed=methods a resource names its verbs only.
ResourceOut describe(const Resource& resource, bool with_methods) {
  ResourceOut out;
  out.id = resource.id;
  out.parent_id = resource.parent_id;
  out.part = resource.part;
  out.path = resource.path;
  for (const auto& [verb, method] : resource.methods)
    out.methods.emplace(verb,
                        with_methods ? wire::write_struct(method, Method::shape()) : Value(wire::Map()));
  return out;
}

bool embeds_methods(const std::vector<std::string>& embed) {
  return std::find(embed.begin(), embed.end(), "methods") != embed.end();
}

bool variable(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }

void check_part(const std::string& part) {
  std::string_view name = part;
  if (variable(part)) {
    name = name.substr(1, name.size() - 2);
    if (name.ends_with('+')) name.remove_suffix(1);
  }
  constexpr std::string_view kLegal = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:";
  if (name.empty() || name.size() > 255 || name.find_first_not_of(kLegal) != std::string_view::npos)
    throw kBadRequest(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at "
        "the beginning and "
        "the end.");
}

struct CreateIn : Target {
  std::string part;
};

ResourceOut create(ApiGateway& gateway, const Call& call, const CreateIn& in) {
  Api& api = gateway.need_api(call, in.api);
  const Resource& parent = gateway.need_resource(call, in.api, in.resource);
  check_part(in.part);
  if (parent.part && parent.part->ends_with("+}"))
    throw kBadRequest("Cannot create a child of a resource with a greedy path variable: " + *parent.part);
  for (const auto& [id, other] : api.resources) {
    if (other.parent_id != parent.id) continue;
    if (other.part == in.part)
      throw kConflict("Another resource with the same parent already has this name: " + in.part);
    if (variable(in.part) && variable(*other.part))
      throw kBadRequest("A sibling (" + *other.part +
                        ") of this resource already has a variable path part -- only one is allowed");
  }
  if (api.resources.size() >= kMaxResources)
    throw kLimitExceeded("Maximum number of resources for this API has been reached.");
  Resource resource;
  do resource.id = gateway.new_id(6);
  while (api.resources.contains(resource.id));
  resource.parent_id = parent.id;
  resource.part = in.part;
  resource.path = (parent.path == "/" ? "" : parent.path) + "/" + in.part;
  ResourceOut out = describe(resource, false);
  gateway.save_resource(api, std::move(resource));
  return out;
}

struct GetIn : Target {
  std::vector<std::string> embed;
};

ResourceOut get(ApiGateway& gateway, const Call& call, const GetIn& in) {
  return describe(gateway.need_resource(call, in.api, in.resource), embeds_methods(in.embed));
}

struct ListIn : Target {
  std::vector<std::string> embed;
  std::optional<std::string> position;
  std::optional<int> limit;
};
struct ListOut {
  std::optional<std::string> position;
  std::vector<ResourceOut> items;
};

ListOut list(ApiGateway& gateway, const Call& call, const ListIn& in) {
  std::vector<ResourceOut> all;
  for (const auto& [id, resource] : gateway.need_api(call, in.api).resources)
    all.push_back(describe(resource, embeds_methods(in.embed)));
  ListOut out;
  out.items = page(std::move(all), in.position, in.limit, out.position);
  return out;
}

Empty remove(ApiGateway& gateway, const Call& call, const Target& in) {
  Api& api = gateway.need_api(call, in.api);
  const Resource& resource = gateway.need_resource(call, in.api, in.resource);
  if (!resource.parent_id) throw kBadRequest("Root resource cannot be deleted.");
  gateway.drop_resource(api, std::string(resource.id));
  return {};
}

}  // namespace

std::vector<Operation> resource_operations() {
  std::vector<Operation> out;
  constexpr std::string_view kOne = "/restapis/{restapi_id}/resources/{resource_id}";
  auto parent = api_fields();
  parent.push_back(required<&Target::resource>("parentId", at_uri("parent_id")));
  out.push_back(operation<ApiGateway, CreateIn, ResourceOut>(
      {.name = "CreateResource",
       .action = "apigateway:POST",
       .resource = target_arn<CreateIn>,
       .http = {"POST", "/restapis/{restapi_id}/resources/{parent_id}", 201},
       .input = joined(parent, {required<&CreateIn::part>("pathPart")}),
       .output = ResourceOut::shape(),
       .errors = usual_errors(),
       .handle = create}));
  out.push_back(operation<ApiGateway, GetIn, ResourceOut>(
      {.name = "GetResource",
       .action = "apigateway:GET",
       .resource = target_arn<GetIn>,
       .http = {"GET", kOne},
       .input = joined(resource_fields(), {optional<&GetIn::embed>("embed", at_query("embed"))}),
       .output = ResourceOut::shape(),
       .errors = usual_errors(),
       .handle = get}));
  out.push_back(operation<ApiGateway, ListIn, ListOut>(
      {.name = "GetResources",
       .action = "apigateway:GET",
       .resource = target_arn<ListIn>,
       .http = {"GET", "/restapis/{restapi_id}/resources"},
       .input = joined(api_fields(), {optional<&ListIn::position>("position", at_query("position")),
                                      optional<&ListIn::limit>("limit", at_query("limit")),
                                      optional<&ListIn::embed>("embed", at_query("embed"))}),
       .output = {optional<&ListOut::position>("position"),
                  required<&ListOut::items>("items", {.at_name = "item"})},
       .errors = usual_errors(),
       .handle = list}));
  out.push_back(operation<ApiGateway, Target, Empty>({.name = "DeleteResource",
                                                      .action = "apigateway:DELETE",
                                                      .resource = target_arn<Target>,
                                                      .http = {"DELETE", kOne, 202},
                                                      .input = resource_fields(),
                                                      .errors = usual_errors(),
                                                      .handle = remove}));
  return out;
}

}  // namespace puddle::apigateway
