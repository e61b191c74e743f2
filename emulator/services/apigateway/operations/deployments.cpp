// Deployment and Stage: what callers see is a snapshot that a stage points to.
#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

struct DeploymentOut {
  std::string id;
  std::optional<std::string> description;
  Time created;
  static Shape shape() {
    return {required<&DeploymentOut::id>("id"), optional<&DeploymentOut::description>("description"),
            required<&DeploymentOut::created>("createdDate")};
  }
};

DeploymentOut describe(const Deployment& d) {
  DeploymentOut out{d.id, std::nullopt, d.created};
  if (!d.description.empty()) out.description = d.description;
  return out;
}

struct StageOut {
  std::string name, deployment_id, cache_status = "NOT_AVAILABLE";
  std::optional<std::string> description;
  bool cache = false, tracing = false;
  Texts variables, tags;
  std::map<std::string, Value> settings;
  Time created, updated;
  static Shape shape() {
    return {required<&StageOut::deployment_id>("deploymentId"),
            required<&StageOut::name>("stageName"),
            optional<&StageOut::description>("description"),
            required<&StageOut::cache>("cacheClusterEnabled"),
            required<&StageOut::cache_status>("cacheClusterStatus"),
            required<&StageOut::settings>("methodSettings"),
            optional<&StageOut::variables>("variables"),
            required<&StageOut::tracing>("tracingEnabled"),
            optional<&StageOut::tags>("tags"),
            required<&StageOut::created>("createdDate"),
            required<&StageOut::updated>("lastUpdatedDate")};
  }
};

StageOut describe(const Stage& s) {
  StageOut out;
  out.name = s.name;
  out.deployment_id = s.deployment_id;
  out.description = s.description;
  out.variables = s.variables;
  out.tags = s.tags;
  out.created = s.created;
  out.updated = s.updated;
  return out;
}

constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

void check_stage(const std::string& name, const Texts& variables) {
  const bool legal = !name.empty() && name.size() <= 128 &&
                     name.find_first_not_of(std::string(kWord) + "-") == std::string::npos;
  if (!legal) throw kBadRequest("Stage name only allows a-zA-Z0-9_-");
  if (variables.size() > kMaxVariables) throw kLimitExceeded("Maximum number of stage variables exceeded");
  for (const auto& [key, value] : variables) {
    if (key.empty() || key.find_first_not_of(kWord) != std::string::npos)
      throw kBadRequest("Invalid stage variable name: " + key +
                        ". Only alphanumeric characters and underscores are allowed.");
    if (value.find_first_not_of(std::string(kWord) + "-.~:/?#&=,") != std::string::npos)
      throw kBadRequest("Invalid stage variable value: " + value +
                        ". Please use values with alphanumeric characters and the "
                        "symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.");
  }
}

struct CreateDeploymentIn : Target {
  std::optional<std::string> stage_name, stage_description, description;
  Texts variables;
  std::optional<bool> cache, tracing;
  std::optional<Value> cache_size, canary;
};

DeploymentOut create_deployment(ApiGateway& gateway, const Call& call, const CreateDeploymentIn& in) {
  Api& api = gateway.need_api(call, in.api);
  refuse_given(in.cache.value_or(false) || in.cache_size.has_value(), "cacheClusterEnabled");
  refuse_given(in.canary.has_value(), "canarySettings");
  refuse_given(in.tracing.value_or(false), "tracingEnabled");
  bool methods = false;
  for (const auto& [id, resource] : api.resources)
    for (const auto& [verb, method] : resource.methods) {
      methods = true;
      if (!method.integration) throw kBadRequest("No integration defined for method");
    }
  if (!methods) throw kBadRequest("The REST API doesn't contain any methods");
  if (api.deployments.size() >= kMaxDeployments)
    throw kLimitExceeded("Maximum number of deployments for this API has been reached.");
  std::optional<Stage> stage;
  if (in.stage_name && !in.stage_name->empty()) {
    check_stage(*in.stage_name, in.variables);
    const auto it = api.stages.find(*in.stage_name);
    stage = it == api.stages.end() ? Stage{} : it->second;
    if (it == api.stages.end() && api.stages.size() >= kMaxStages)
      throw kLimitExceeded("Maximum number of stages for this API has been reached.");
  }
  Deployment deployment;
  do deployment.id = gateway.new_id(6);
  while (api.deployments.contains(deployment.id));
  deployment.description = in.description.value_or("");
  deployment.created = call.now;
  deployment.snapshot = api.resources;
  DeploymentOut out = describe(deployment);
  gateway.add_deployment(api, std::move(deployment));
  if (stage) {
    if (stage->name.empty()) stage->created = call.now;
    stage->name = *in.stage_name;
    stage->deployment_id = out.id;
    stage->updated = call.now;
    if (in.stage_description) stage->description = in.stage_description;
    if (!in.variables.empty()) stage->variables = in.variables;
    gateway.save_stage(api, std::move(*stage));
  }
  return out;
}

struct DeploymentIn : Target {
  std::string id;
  std::vector<std::string> embed;
};

DeploymentOut get_deployment(ApiGateway& gateway, const Call& call, const DeploymentIn& in) {
  refuse_given(!in.embed.empty(), "embed");
  return describe(gateway.need_deployment(call, in.api, in.id));
}

struct ListIn : Target {
  std::optional<std::string> position;
  std::optional<int> limit;
};
struct ListOut {
  std::optional<std::string> position;
  std::vector<DeploymentOut> items;
};

ListOut list_deployments(ApiGateway& gateway, const Call& call, const ListIn& in) {
  std::vector<DeploymentOut> all;
  for (const auto& [id, d] : gateway.need_api(call, in.api).deployments) all.push_back(describe(d));
  ListOut out;
  out.items = page(std::move(all), in.position, in.limit, out.position);
  return out;
}

Empty delete_deployment(ApiGateway& gateway, const Call& call, const DeploymentIn& in) {
  gateway.need_deployment(call, in.api, in.id);
  Api& api = gateway.need_api(call, in.api);
  for (const auto& [name, stage] : api.stages)
    if (stage.deployment_id == in.id)
      throw kBadRequest("Active stages pointing to this deployment must be moved or deleted");
  gateway.drop_deployment(api, in.id);
  return {};
}

struct CreateStageIn : Target {
  std::string name, deployment_id;
  std::optional<std::string> description;
  Texts variables, tags;
  std::optional<bool> cache, tracing;
  std::optional<Value> cache_size, canary, documentation;
};

StageOut create_stage(ApiGateway& gateway, const Call& call, const CreateStageIn& in) {
  Api& api = gateway.need_api(call, in.api);
  refuse_given(in.cache.value_or(false) || in.cache_size.has_value(), "cacheClusterEnabled");
  refuse_given(in.canary.has_value(), "canarySettings");
  refuse_given(in.tracing.value_or(false), "tracingEnabled");
  refuse_given(in.documentation.has_value(), "documentationVersion");
  check_stage(in.name, in.variables);
  if (!api.deployments.contains(in.deployment_id)) throw kBadRequest("Deployment id does not exist");
  if (api.stages.contains(in.name)) throw kConflict("Stage already exists");
  if (api.stages.size() >= kMaxStages)
    throw kLimitExceeded("Maximum number of stages for this API has been reached.");
  Stage stage{in.name, in.deployment_id, in.description, in.variables, in.tags, call.now, call.now};
  StageOut out = describe(stage);
  gateway.save_stage(api, std::move(stage));
  return out;
}

struct StageIn : Target {
  std::string name;
};

StageOut get_stage(ApiGateway& gateway, const Call& call, const StageIn& in) {
  return describe(gateway.need_stage(call, in.api, in.name));
}

struct StagesIn : Target {
  std::optional<std::string> deployment_id;
};
struct StagesOut {
  std::vector<StageOut> items;
};

StagesOut list_stages(ApiGateway& gateway, const Call& call, const StagesIn& in) {
  StagesOut out;
  for (const auto& [name, stage] : gateway.need_api(call, in.api).stages)
    if (!in.deployment_id || stage.deployment_id == *in.deployment_id) out.items.push_back(describe(stage));
  return out;
}

struct UpdateStageIn : StageIn {
  std::vector<PatchOperation> patches;
};

StageOut update_stage(ApiGateway& gateway, const Call& call, const UpdateStageIn& in) {
  Stage stage = gateway.need_stage(call, in.api, in.name);
  Api& api = gateway.need_api(call, in.api);
  for (const PatchOperation& p : in.patches) {
    if (p.op != "replace" && p.op != "add" && p.op != "remove")
      throw kBadRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
    if (p.path == "/deploymentId" && p.op != "remove") {
      if (!api.deployments.contains(p.value.value_or(""))) throw kBadRequest("Deployment id does not exist");
      stage.deployment_id = *p.value;
    } else if (p.path == "/description" && p.op != "remove") {
      stage.description = p.value;
    } else if (p.path.starts_with("/variables/")) {
      const std::string key = p.path.substr(11);
      if (p.op == "remove")
        stage.variables.erase(key);
      else
        stage.variables.insert_or_assign(key, p.value.value_or(""));
    } else {
      throw kBadRequest("Invalid patch path  '" + p.path + "' specified for op '" + p.op +
                        "'. Must be one of: [/deploymentId, /description, /variables/{name}]");
    }
  }
  check_stage(stage.name, stage.variables);
  stage.updated = call.now;
  StageOut out = describe(stage);
  gateway.save_stage(api, std::move(stage));
  return out;
}

Empty delete_stage(ApiGateway& gateway, const Call& call, const StageIn& in) {
  gateway.need_stage(call, in.api, in.name);
  gateway.drop_stage(gateway.need_api(call, in.api), in.name);
  return {};
}

std::vector<wire::Field> stage_fields() {
  auto out = api_fields();
  out.push_back(required<&StageIn::name>("stageName", at_uri("stage_name")));
  return out;
}

template <class In>
std::string deployments_arn(ApiGateway&, const Call& call, const In& in) {
  return control_arn(call, "/restapis/" + in.api + "/deployments");
}
template <class In>
std::string stages_arn(ApiGateway&, const Call& call, const In& in) {
  return control_arn(call, "/restapis/" + in.api + "/stages");
}

}  // namespace

std::vector<Operation> deployment_operations() {
  std::vector<Operation> out;
  constexpr std::string_view kAll = "/restapis/{restapi_id}/deployments";
  constexpr std::string_view kOne = "/restapis/{restapi_id}/deployments/{deployment_id}";
  using In = CreateDeploymentIn;
  out.push_back(operation<ApiGateway, In, DeploymentOut>(
      {.name = "CreateDeployment",
       .action = "apigateway:POST",
       .resource = deployments_arn<In>,
       .http = {"POST", kAll, 201},
       .input = joined(
           api_fields(),
           {optional<&In::stage_name>("stageName"), optional<&In::stage_description>("stageDescription"),
            optional<&In::description>("description"), optional<&In::cache>("cacheClusterEnabled"),
            optional<&In::cache_size>("cacheClusterSize"), optional<&In::variables>("variables"),
            optional<&In::canary>("canarySettings"), optional<&In::tracing>("tracingEnabled")}),
       .output = DeploymentOut::shape(),
       .errors = usual_errors(),
       .handle = create_deployment}));
  const auto one =
      joined(api_fields(), {required<&DeploymentIn::id>("deploymentId", at_uri("deployment_id"))});
  auto get_one = one.fields;
  get_one.push_back(optional<&DeploymentIn::embed>("embed", at_query("embed")));
  out.push_back(operation<ApiGateway, DeploymentIn, DeploymentOut>({.name = "GetDeployment",
                                                                    .action = "apigateway:GET",
                                                                    .resource = deployments_arn<DeploymentIn>,
                                                                    .http = {"GET", kOne},
                                                                    .input = get_one,
                                                                    .output = DeploymentOut::shape(),
                                                                    .errors = usual_errors(),
                                                                    .handle = get_deployment}));
  out.push_back(operation<ApiGateway, ListIn, ListOut>(
      {.name = "GetDeployments",
       .action = "apigateway:GET",
       .resource = deployments_arn<ListIn>,
       .http = {"GET", kAll},
       .input = joined(api_fields(), {optional<&ListIn::position>("position", at_query("position")),
                                      optional<&ListIn::limit>("limit", at_query("limit"))}),
       .output = {optional<&ListOut::position>("position"),
                  required<&ListOut::items>("items", {.at_name = "item"})},
       .errors = usual_errors(),
       .handle = list_deployments}));
  out.push_back(operation<ApiGateway, DeploymentIn, Empty>({.name = "DeleteDeployment",
                                                            .action = "apigateway:DELETE",
                                                            .resource = deployments_arn<DeploymentIn>,
                                                            .http = {"DELETE", kOne, 202},
                                                            .input = one,
                                                            .errors = usual_errors(),
                                                            .handle = delete_deployment}));
  return out;
}

std::vector<Operation> stage_operations() {
  std::vector<Operation> out;
  constexpr std::string_view kAll = "/restapis/{restapi_id}/stages";
  constexpr std::string_view kOne = "/restapis/{restapi_id}/stages/{stage_name}";
  using In = CreateStageIn;
  out.push_back(operation<ApiGateway, In, StageOut>(
      {.name = "CreateStage",
       .action = "apigateway:POST",
       .resource = stages_arn<In>,
       .http = {"POST", kAll, 201},
       .input = joined(
           api_fields(),
           {required<&In::name>("stageName"), required<&In::deployment_id>("deploymentId"),
            optional<&In::description>("description"), optional<&In::cache>("cacheClusterEnabled"),
            optional<&In::cache_size>("cacheClusterSize"), optional<&In::variables>("variables"),
            optional<&In::documentation>("documentationVersion"), optional<&In::canary>("canarySettings"),
            optional<&In::tracing>("tracingEnabled"), optional<&In::tags>("tags")}),
       .output = StageOut::shape(),
       .errors = usual_errors(),
       .handle = create_stage}));
  out.push_back(operation<ApiGateway, StageIn, StageOut>({.name = "GetStage",
                                                          .action = "apigateway:GET",
                                                          .resource = stages_arn<StageIn>,
                                                          .http = {"GET", kOne},
                                                          .input = stage_fields(),
                                                          .output = StageOut::shape(),
                                                          .errors = usual_errors(),
                                                          .handle = get_stage}));
  out.push_back(operation<ApiGateway, StagesIn, StagesOut>(
      {.name = "GetStages",
       .action = "apigateway:GET",
       .resource = stages_arn<StagesIn>,
       .http = {"GET", kAll},
       .input = joined(api_fields(),
                       {optional<&StagesIn::deployment_id>("deploymentId", at_query("deploymentId"))}),
       .output = {required<&StagesOut::items>("item")},
       .errors = usual_errors(),
       .handle = list_stages}));
  out.push_back(operation<ApiGateway, UpdateStageIn, StageOut>(
      {.name = "UpdateStage",
       .action = "apigateway:PATCH",
       .resource = stages_arn<UpdateStageIn>,
       .http = {"PATCH", kOne},
       .input = joined(stage_fields(), {optional<&UpdateStageIn::patches>("patchOperations")}),
       .output = StageOut::shape(),
       .errors = usual_errors(),
       .handle = update_stage}));
  out.push_back(operation<ApiGateway, StageIn, Empty>({.name = "DeleteStage",
                                                       .action = "apigateway:DELETE",
                                                       .resource = stages_arn<StageIn>,
                                                       .http = {"DELETE", kOne, 202},
                                                       .input = stage_fields(),
                                                       .errors = usual_errors(),
                                                       .handle = delete_stage}));
  return out;
}

}  // namespace puddle::apigateway
