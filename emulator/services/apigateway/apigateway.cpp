#include "services/apigateway/apigateway.hpp"

#include "embedded/apigateway/schema.sql.hpp"
#include "runtime/random.hpp"
#include "services/apigateway/execution/model.hpp"

namespace puddle::apigateway {

const std::vector<std::string_view>& known_operations();

ApiGateway::ApiGateway(Deps deps) : deps_(deps), records_(deps_.store), operations_(make_operations()) {}

ApiGateway::~ApiGateway() { tasks_.cancel(); }

const wire::ServiceWire& ApiGateway::wire() const {
  static constexpr wire::ServiceWire kWire{
      .name = "apigateway", .protocol = wire::Protocol::rest_json, .api_version = "2015-07-09"};
  return kWire;
}

const std::vector<std::string_view>& ApiGateway::known_operations() const {
  return apigateway::known_operations();
}

AwsError ApiGateway::validation_error(std::string message) const {
  return AwsError("ValidationException", std::move(message), 400);
}

std::vector<Migration> ApiGateway::migrations() const {
  return {{"apigateway", 1, std::string(embedded::kApigatewaySchema)}};
}

void ApiGateway::load() {
  apis_ = records_.load();
  accounts_ = records_.load_accounts();
}

void ApiGateway::stop() { tasks_.cancel(); }

Api* ApiGateway::find_api(const std::string& id) {
  const auto it = apis_.find(id);
  return it == apis_.end() ? nullptr : it->second.get();
}

Api& ApiGateway::need_api(const Call& call, const std::string& id) {
  Api* api = find_api(id);
  if (!api || api->account != call.account || api->region != call.region)
    throw kNotFound("Invalid API identifier specified " + call.account + ":" + id);
  return *api;
}

Resource& ApiGateway::need_resource(const Call& call, const std::string& api, const std::string& id) {
  Api& owner = need_api(call, api);
  const auto it = owner.resources.find(id);
  if (it == owner.resources.end()) throw kNotFound("Invalid Resource identifier specified");
  return it->second;
}

Method& ApiGateway::need_method(const Call& call, const std::string& api, const std::string& resource,
                                const std::string& verb) {
  Resource& owner = need_resource(call, api, resource);
  const auto it = owner.methods.find(verb);
  if (it == owner.methods.end()) throw kNotFound("Invalid Method identifier specified");
  return it->second;
}

Integration& ApiGateway::need_integration(const Call& call, const std::string& api,
                                          const std::string& resource, const std::string& verb) {
  Method& method = need_method(call, api, resource, verb);
  if (!method.integration) throw kNotFound("Invalid Integration identifier specified");
  return *method.integration;
}

Stage& ApiGateway::need_stage(const Call& call, const std::string& api, const std::string& name) {
  Api& owner = need_api(call, api);
  const auto it = owner.stages.find(name);
  if (it == owner.stages.end()) throw kNotFound("Invalid stage identifier specified");
  return it->second;
}

Deployment& ApiGateway::need_deployment(const Call& call, const std::string& api, const std::string& id) {
  Api& owner = need_api(call, api);
  const auto it = owner.deployments.find(id);
  if (it == owner.deployments.end()) throw kNotFound("Invalid Deployment identifier specified");
  return it->second;
}

std::vector<Api*> ApiGateway::apis_in(const Call& call) {
  std::vector<Api*> out;
  for (auto& [id, api] : apis_)
    if (api->account == call.account && api->region == call.region) out.push_back(api.get());
  return out;
}

std::shared_ptr<const Compiled> ApiGateway::compiled(Deployment& deployment) {
  if (!deployment.compiled) deployment.compiled = std::make_shared<const Compiled>(deployment.snapshot);
  return deployment.compiled;
}

Api& ApiGateway::add_api(Api api) {
  records_.save(api);
  for (const auto& [id, resource] : api.resources) records_.save(api.id, resource);
  const std::string id = api.id;
  return *apis_.insert_or_assign(id, std::make_unique<Api>(std::move(api))).first->second;
}

void ApiGateway::save_api(const Api& changed) {
  records_.save(changed);
  *apis_.at(changed.id) = Api(changed);
}

void ApiGateway::drop_api(const std::string& id) {
  records_.remove_api(id);
  apis_.erase(id);
}

void ApiGateway::save_resource(Api& api, Resource changed) {
  records_.save(api.id, changed);
  const std::string id = changed.id;
  api.resources.insert_or_assign(id, std::move(changed));
}

/// With everything below it.
void ApiGateway::drop_resource(Api& api, const std::string& id) {
  std::vector<std::string> gone{id};
  for (std::size_t i = 0; i < gone.size(); ++i)
    for (const auto& [child, resource] : api.resources)
      if (resource.parent_id == gone[i]) gone.push_back(child);
  for (const std::string& g : gone) records_.remove_resource(api.id, g);
  for (const std::string& g : gone) api.resources.erase(g);
}

Deployment& ApiGateway::add_deployment(Api& api, Deployment deployment) {
  records_.save(api.id, deployment);
  const std::string id = deployment.id;
  return api.deployments.insert_or_assign(id, std::move(deployment)).first->second;
}

void ApiGateway::drop_deployment(Api& api, const std::string& id) {
  records_.remove_deployment(api.id, id);
  api.deployments.erase(id);
}

void ApiGateway::save_stage(Api& api, Stage changed) {
  records_.save(api.id, changed);
  const std::string name = changed.name;
  api.stages.insert_or_assign(name, std::move(changed));
}

void ApiGateway::drop_stage(Api& api, const std::string& name) {
  records_.remove_stage(api.id, name);
  api.stages.erase(name);
}

std::string ApiGateway::cloudwatch_role(const Call& call) const {
  const auto it = accounts_.find(call.account + "/" + call.region);
  return it == accounts_.end() ? std::string() : it->second;
}

void ApiGateway::set_cloudwatch_role(const Call& call, const std::string& role) {
  records_.save_account(call.account, call.region, role);
  accounts_.insert_or_assign(call.account + "/" + call.region, role);
}

std::string ApiGateway::new_id(std::size_t length) { return random_text(deps_.entropy, length, kLowerAlnum); }

std::string control_arn(const Call& call, const std::string& path) {
  return "arn:aws:apigateway:" + call.region + "::" + path;
}

void refuse_given(bool given, std::string_view name) {
  if (given) throw kBadRequest("The parameter " + std::string(name) + " is not supported by Puddle.");
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<ApiGateway>(deps); }

}  // namespace puddle::apigateway
