#include "services/apigateway/records.hpp"

#include "services/apigateway/execution/model.hpp"
#include "wire/json.hpp"

namespace puddle::apigateway {
namespace {

using wire::optional;
using wire::required;
using wire::Shape;

template <class T>
std::string document(const T& t) {
  return wire::to_json(wire::write_struct(t, T::shape()));
}

template <class T>
T from_document(std::string_view text) {
  auto value = wire::parse_json(text);
  PUDDLE_CHECK(static_cast<bool>(value));
  return wire::read_struct<T>(*value, T::shape());
}

}  // namespace

Shape MethodResponse::shape() {
  return {required<&MethodResponse::status_code>("statusCode"),
          optional<&MethodResponse::parameters>("responseParameters"),
          optional<&MethodResponse::models>("responseModels")};
}

Shape IntegrationResponse::shape() {
  return {required<&IntegrationResponse::status_code>("statusCode"),
          optional<&IntegrationResponse::selection_pattern>("selectionPattern"),
          optional<&IntegrationResponse::parameters>("responseParameters"),
          optional<&IntegrationResponse::templates>("responseTemplates"),
          optional<&IntegrationResponse::content_handling>("contentHandling")};
}

Shape Integration::shape() {
  return {required<&Integration::type>("type"),
          optional<&Integration::http_method>("httpMethod"),
          optional<&Integration::uri>("uri"),
          optional<&Integration::credentials>("credentials"),
          optional<&Integration::parameters>("requestParameters"),
          optional<&Integration::templates>("requestTemplates"),
          required<&Integration::passthrough>("passthroughBehavior"),
          optional<&Integration::content_handling>("contentHandling"),
          required<&Integration::timeout>("timeoutInMillis"),
          required<&Integration::cache_namespace>("cacheNamespace"),
          required<&Integration::cache_keys>("cacheKeyParameters"),
          optional<&Integration::responses>("integrationResponses")};
}

Shape Method::shape() {
  return {required<&Method::http_method>("httpMethod"),
          required<&Method::authorization_type>("authorizationType"),
          required<&Method::api_key_required>("apiKeyRequired"),
          optional<&Method::operation_name>("operationName"),
          optional<&Method::parameters>("requestParameters"),
          optional<&Method::models>("requestModels"),
          optional<&Method::responses>("methodResponses"),
          optional<&Method::integration>("methodIntegration")};
}

Shape Resource::shape() {
  return {required<&Resource::id>("id"), optional<&Resource::parent_id>("parentId"),
          optional<&Resource::part>("pathPart"), required<&Resource::path>("path"),
          optional<&Resource::methods>("resourceMethods")};
}

Shape Stage::shape() {
  return {required<&Stage::name>("stageName"), required<&Stage::deployment_id>("deploymentId"),
          optional<&Stage::description>("description"), optional<&Stage::variables>("variables"),
          optional<&Stage::tags>("tags")};
}

Shape Endpoint::shape() { return {required<&Endpoint::types>("types")}; }

Shape Api::shape() {
  return {required<&Api::name>("name"),
          optional<&Api::description>("description"),
          optional<&Api::version>("version"),
          optional<&Api::binary_types>("binaryMediaTypes"),
          required<&Api::endpoint>("endpoint"),
          optional<&Api::tags>("tags"),
          required<&Api::root_id>("rootResourceId")};
}

std::map<std::string, std::unique_ptr<Api>> Records::load() {
  std::map<std::string, std::unique_ptr<Api>> out;
  for (Rows r = store_.query("SELECT id, account, region, created, document FROM apigateway_apis");
       r.next();) {
    auto api = std::make_unique<Api>(from_document<Api>(r.view(4)));
    api->id = r.text(0);
    api->account = r.text(1);
    api->region = r.text(2);
    api->created = r.time(3);
    const std::string id = api->id;
    out.emplace(id, std::move(api));
  }
  for (Rows r = store_.query("SELECT api, document FROM apigateway_resources"); r.next();) {
    Resource resource = from_document<Resource>(r.view(1));
    const std::string id = resource.id;
    out.at(r.text(0))->resources.emplace(id, std::move(resource));
  }
  for (Rows r = store_.query("SELECT api, id, created, description, snapshot FROM apigateway_deployments");
       r.next();) {
    Deployment d;
    d.id = r.text(1);
    d.created = r.time(2);
    d.description = r.text(3);
    auto list = wire::parse_json(r.view(4));
    PUDDLE_CHECK(list && list->is_list());
    for (const wire::Value& v : list->list()) {
      Resource resource = wire::read_struct<Resource>(v, Resource::shape());
      const std::string id = resource.id;
      d.snapshot.emplace(id, std::move(resource));
    }
    const std::string id = d.id;
    out.at(r.text(0))->deployments.emplace(id, std::move(d));
  }
  for (Rows r = store_.query("SELECT api, created, updated, document FROM apigateway_stages"); r.next();) {
    Stage s = from_document<Stage>(r.view(3));
    s.created = r.time(1);
    s.updated = r.time(2);
    const std::string name = s.name;
    out.at(r.text(0))->stages.emplace(name, std::move(s));
  }
  return out;
}

std::map<std::string, std::string> Records::load_accounts() {
  std::map<std::string, std::string> out;
  for (Rows r = store_.query("SELECT account, region, cloudwatch_role FROM apigateway_accounts"); r.next();)
    out.emplace(r.text(0) + "/" + r.text(1), r.text(2));
  return out;
}

void Records::save(const Api& api) {
  const std::string text = document(api);
  store_.run(
      "INSERT INTO apigateway_apis (id, account, region, created, document) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
      {api.id, api.account, api.region, param(api.created), text});
}

void Records::remove_api(const std::string& id) {
  store_.run("DELETE FROM apigateway_resources WHERE api = ?1", {id});
  store_.run("DELETE FROM apigateway_deployments WHERE api = ?1", {id});
  store_.run("DELETE FROM apigateway_stages WHERE api = ?1", {id});
  store_.run("DELETE FROM apigateway_apis WHERE id = ?1", {id});
}

void Records::save(const std::string& api, const Resource& resource) {
  const std::string text = document(resource);
  store_.run("INSERT OR REPLACE INTO apigateway_resources (api, id, document) VALUES (?1, ?2, ?3)",
             {api, resource.id, text});
}

void Records::remove_resource(const std::string& api, const std::string& id) {
  store_.run("DELETE FROM apigateway_resources WHERE api = ?1 AND id = ?2", {api, id});
}

void Records::save(const std::string& api, const Deployment& deployment) {
  wire::List list;
  for (const auto& [id, resource] : deployment.snapshot)
    list.push_back(wire::write_struct(resource, Resource::shape()));
  const std::string text = wire::to_json(wire::Value(std::move(list)));
  store_.run(
      "INSERT OR REPLACE INTO apigateway_deployments (api, id, created, description, snapshot) "
      "VALUES (?1, ?2, ?3, ?4, ?5)",
      {api, deployment.id, param(deployment.created), deployment.description, text});
}

void Records::remove_deployment(const std::string& api, const std::string& id) {
  store_.run("DELETE FROM apigateway_deployments WHERE api = ?1 AND id = ?2", {api, id});
}

void Records::save(const std::string& api, const Stage& stage) {
  const std::string text = document(stage);
  store_.run(
      "INSERT OR REPLACE INTO apigateway_stages (api, name, created, updated, document) VALUES (?1, ?2, ?3, "
      "?4, ?5)",
      {api, stage.name, param(stage.created), param(stage.updated), text});
}

void Records::remove_stage(const std::string& api, const std::string& name) {
  store_.run("DELETE FROM apigateway_stages WHERE api = ?1 AND name = ?2", {api, name});
}

void Records::save_account(const std::string& account, const std::string& region, const std::string& role) {
  store_.run(
      "INSERT OR REPLACE INTO apigateway_accounts (account, region, cloudwatch_role) VALUES (?1, ?2, ?3)",
      {account, region, role});
}

}  // namespace puddle::apigateway
