// CloudFormation: AWS::ApiGateway::RestApi, Resource, Method, Deployment, Stage and Account.
#include <algorithm>
#include <exception>
#include "aws/resource_call.hpp"

#include "base/text.hpp"
#include "services/apigateway/apigateway.hpp"

namespace puddle::apigateway {
namespace {

using wire::Map;

/// Template values are often text where the API wants a number or a truth value.
Value as_bool(const Value& v) { return v.is_text() ? Value(v.text() == "true") : v; }
Value as_integer(const Value& v) {
  if (!v.is_text()) return v;
  const auto number = parse_int(v.text());
  return number ? Value(*number) : v;
}
Value as_texts(const Value& v) {
  Map out;
  if (!v.is_map()) return v;
  for (const auto& [name, value] : v.map())
    out.add(name, value.kind() == Value::Kind::integer   ? Value(std::to_string(value.integer()))
                  : value.kind() == Value::Kind::boolean ? Value(value.boolean() ? "true" : "false")
                                                         : value);
  return Value(std::move(out));
}
Value as_flags(const Value& v) {
  Map out;
  if (!v.is_map()) return v;
  for (const auto& [name, value] : v.map()) out.add(name, as_bool(value));
  return Value(std::move(out));
}

/// Copies a property under the API's name, converted.
void copy(const Value& from, std::string_view property, Map& to, std::string_view member,
          Value (*convert)(const Value&) = nullptr) {
  const Value* v = from.find(property);
  if (v && !v->is_null()) to[member] = convert ? convert(*v) : *v;
}

std::string text(const Value& properties, std::string_view name) {
  return std::string(properties.text_or(name));
}

Value tags_of(const Value& list) {
  Map out;
  if (list.is_list())
    for (const Value& tag : list.list()) out[tag.text_or("Key")] = Value(tag.text_or("Value"));
  return Value(std::move(out));
}

Value endpoint_of(const Value& v) {
  Map out;
  copy(v, "Types", out, "types");
  copy(v, "VpcEndpointIds", out, "vpcEndpointIds");
  return Value(std::move(out));
}

/// Runs a delete; what is gone already is fine.
Task<> remove_quietly(Client* client, ClientCall call) {
  try {
    Task<Value> work = client->call(std::move(call));
    Value done = co_await std::move(work);
  } catch (const AwsError& error) {
    if (error.code() != "NotFoundException") throw;
  }
}

Task<ResourceResult> create_api(ResourceRequest r) {
  Map in;
  in["name"] = Value(r.logical_id);
  copy(r.properties, "Name", in, "name");
  copy(r.properties, "Description", in, "description");
  copy(r.properties, "BinaryMediaTypes", in, "binaryMediaTypes");
  copy(r.properties, "ApiKeySourceType", in, "apiKeySource");
  copy(r.properties, "EndpointConfiguration", in, "endpointConfiguration", endpoint_of);
  copy(r.properties, "DisableExecuteApiEndpoint", in, "disableExecuteApiEndpoint", as_bool);
  copy(r.properties, "Tags", in, "tags", tags_of);
  ClientCall call = resource_call(r, "apigateway", "CreateRestApi", std::move(in));
  Task<Value> work = r.client->call(std::move(call));
  Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("id");
  out.attributes.add("RootResourceId", Value(made.text_or("rootResourceId")));
  out.attributes.add("RestApiId", Value(made.text_or("id")));
  co_return std::move(out);
}

Task<void> remove_api(ResourceRequest r) {
  Map in;
  in["restApiId"] = Value(r.physical_id);
  ClientCall call = resource_call(r, "apigateway", "DeleteRestApi", std::move(in));
  Task<> work = remove_quietly(r.client, std::move(call));
  co_await std::move(work);
}

Task<ResourceResult> create_resource(ResourceRequest r) {
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  copy(r.properties, "ParentId", in, "parentId");
  copy(r.properties, "PathPart", in, "pathPart");
  ClientCall call = resource_call(r, "apigateway", "CreateResource", std::move(in));
  Task<Value> work = r.client->call(std::move(call));
  Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("id");
  out.attributes.add("ResourceId", Value(out.physical_id));
  co_return std::move(out);
}

Task<void> remove_resource(ResourceRequest r) {
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  in["resourceId"] = Value(r.physical_id);
  ClientCall call = resource_call(r, "apigateway", "DeleteResource", std::move(in));
  Task<> work = remove_quietly(r.client, std::move(call));
  co_await std::move(work);
}

/// What addresses a method in every call.
Map method_address(const ResourceRequest& r) {
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  copy(r.properties, "ResourceId", in, "resourceId");
  copy(r.properties, "HttpMethod", in, "httpMethod");
  return in;
}

void refuse_others(const Value& v, std::string_view where, std::initializer_list<std::string_view> honoured) {
  if (!v.is_map()) return;
  for (const auto& [name, value] : v.map())
    if (std::find(honoured.begin(), honoured.end(), name) == honoured.end())
      throw kBadRequest("Encountered unsupported property " + std::string(where) + "." + name);
}

/// Every call that a Method takes, in order: method, its responses, integration, its responses.
std::vector<ClientCall> method_calls(const ResourceRequest& r) {
  std::vector<ClientCall> out;
  const Value& p = r.properties;
  Map method = method_address(r);
  method["authorizationType"] = Value("NONE");
  copy(p, "AuthorizationType", method, "authorizationType");
  copy(p, "ApiKeyRequired", method, "apiKeyRequired", as_bool);
  copy(p, "OperationName", method, "operationName");
  copy(p, "RequestParameters", method, "requestParameters", as_flags);
  copy(p, "RequestModels", method, "requestModels", as_texts);
  out.push_back(resource_call(r, "apigateway", "PutMethod", std::move(method)));
  if (const Value* responses = p.find("MethodResponses"); responses && responses->is_list())
    for (const Value& response : responses->list()) {
      refuse_others(response, "MethodResponses", {"StatusCode", "ResponseParameters", "ResponseModels"});
      Map in = method_address(r);
      in["statusCode"] = Value("200");
      copy(response, "StatusCode", in, "statusCode", [](const Value& v) {
        return v.kind() == Value::Kind::integer ? Value(std::to_string(v.integer())) : v;
      });
      copy(response, "ResponseParameters", in, "responseParameters", as_flags);
      copy(response, "ResponseModels", in, "responseModels", as_texts);
      out.push_back(resource_call(r, "apigateway", "PutMethodResponse", std::move(in)));
    }
  const Value* integration = p.find("Integration");
  if (!integration || !integration->is_map()) return out;
  refuse_others(*integration, "Integration",
                {"Type", "IntegrationHttpMethod", "Uri", "Credentials", "ContentHandling",
                 "PassthroughBehavior", "RequestParameters", "RequestTemplates", "IntegrationResponses",
                 "TimeoutInMillis", "CacheNamespace", "CacheKeyParameters", "ConnectionType"});
  Map in = method_address(r);
  copy(*integration, "Type", in, "type");
  copy(*integration, "IntegrationHttpMethod", in, "integrationHttpMethod");
  copy(*integration, "Uri", in, "uri");
  copy(*integration, "Credentials", in, "credentials");
  copy(*integration, "ContentHandling", in, "contentHandling");
  copy(*integration, "PassthroughBehavior", in, "passthroughBehavior",
       [](const Value& v) { return v.is_text() ? Value(upper(v.text())) : v; });
  copy(*integration, "RequestParameters", in, "requestParameters", as_texts);
  copy(*integration, "RequestTemplates", in, "requestTemplates", as_texts);
  copy(*integration, "TimeoutInMillis", in, "timeoutInMillis", as_integer);
  copy(*integration, "CacheNamespace", in, "cacheNamespace");
  copy(*integration, "CacheKeyParameters", in, "cacheKeyParameters");
  copy(*integration, "ConnectionType", in, "connectionType");
  out.push_back(resource_call(r, "apigateway", "PutIntegration", std::move(in)));
  if (const Value* responses = integration->find("IntegrationResponses"); responses && responses->is_list())
    for (const Value& response : responses->list()) {
      refuse_others(
          response, "IntegrationResponses",
          {"StatusCode", "SelectionPattern", "ResponseParameters", "ResponseTemplates", "ContentHandling"});
      Map map = method_address(r);
      copy(response, "StatusCode", map, "statusCode", [](const Value& v) {
        return v.kind() == Value::Kind::integer ? Value(std::to_string(v.integer())) : v;
      });
      copy(response, "SelectionPattern", map, "selectionPattern");
      copy(response, "ResponseParameters", map, "responseParameters", as_texts);
      copy(response, "ResponseTemplates", map, "responseTemplates", as_texts);
      copy(response, "ContentHandling", map, "contentHandling");
      out.push_back(resource_call(r, "apigateway", "PutIntegrationResponse", std::move(map)));
    }
  return out;
}

Task<void> remove_method(ResourceRequest r) {
  Map in = method_address(r);
  ClientCall call = resource_call(r, "apigateway", "DeleteMethod", std::move(in));
  Task<> work = remove_quietly(r.client, std::move(call));
  co_await std::move(work);
}

Task<ResourceResult> create_method(ResourceRequest r) {
  std::vector<ClientCall> calls = method_calls(r);
  bool made = false;
  std::exception_ptr failure;
  try {
    for (ClientCall& call : calls) {
      Task<Value> work = r.client->call(std::move(call));
      Value done = co_await std::move(work);
      made = true;
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    // A half-made method must not stay behind: the stack does not know it.
    if (made) {
      Task<> undo = remove_method(r);
      co_await std::move(undo);
    }
    std::rethrow_exception(failure);
  }
  ResourceResult out;
  out.physical_id = text(r.properties, "RestApiId") + "|" + text(r.properties, "ResourceId") + "|" +
                    text(r.properties, "HttpMethod");
  co_return std::move(out);
}

Task<ResourceResult> create_deployment(ResourceRequest r) {
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  copy(r.properties, "StageName", in, "stageName");
  copy(r.properties, "Description", in, "description");
  if (const Value* stage = r.properties.find("StageDescription")) {
    refuse_others(*stage, "StageDescription", {"Description", "Variables"});
    copy(*stage, "Description", in, "stageDescription");
    copy(*stage, "Variables", in, "variables", as_texts);
  }
  ClientCall call = resource_call(r, "apigateway", "CreateDeployment", std::move(in));
  Task<Value> work = r.client->call(std::move(call));
  Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("id");
  out.attributes.add("DeploymentId", Value(out.physical_id));
  co_return std::move(out);
}

Task<void> remove_deployment(ResourceRequest r) {
  // The stage that came with it goes first: a deployment in use cannot be deleted.
  if (r.properties.find("StageName")) {
    Map stage;
    copy(r.properties, "RestApiId", stage, "restApiId");
    copy(r.properties, "StageName", stage, "stageName");
    ClientCall call = resource_call(r, "apigateway", "DeleteStage", std::move(stage));
    Task<> work = remove_quietly(r.client, std::move(call));
    co_await std::move(work);
  }
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  in["deploymentId"] = Value(r.physical_id);
  ClientCall call = resource_call(r, "apigateway", "DeleteDeployment", std::move(in));
  Task<> work = remove_quietly(r.client, std::move(call));
  co_await std::move(work);
}

Task<ResourceResult> create_stage(ResourceRequest r) {
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  in["stageName"] = Value("Prod");
  copy(r.properties, "StageName", in, "stageName");
  copy(r.properties, "DeploymentId", in, "deploymentId");
  copy(r.properties, "Description", in, "description");
  copy(r.properties, "Variables", in, "variables", as_texts);
  copy(r.properties, "TracingEnabled", in, "tracingEnabled", as_bool);
  copy(r.properties, "Tags", in, "tags", tags_of);
  ClientCall call = resource_call(r, "apigateway", "CreateStage", std::move(in));
  Task<Value> work = r.client->call(std::move(call));
  Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("stageName");
  co_return std::move(out);
}

Task<void> remove_stage(ResourceRequest r) {
  Map in;
  copy(r.properties, "RestApiId", in, "restApiId");
  in["stageName"] = Value(r.physical_id);
  ClientCall call = resource_call(r, "apigateway", "DeleteStage", std::move(in));
  Task<> work = remove_quietly(r.client, std::move(call));
  co_await std::move(work);
}

Task<Value> set_role(ResourceRequest r, std::string role) {
  Map patch;
  patch["op"] = Value(role.empty() ? "remove" : "replace");
  patch["path"] = Value("/cloudwatchRoleArn");
  if (!role.empty()) patch["value"] = Value(std::move(role));
  wire::List patches;
  patches.push_back(Value(std::move(patch)));
  Map in;
  in["patchOperations"] = Value(std::move(patches));
  ClientCall call = resource_call(r, "apigateway", "UpdateAccount", std::move(in));
  Task<Value> work = r.client->call(std::move(call));
  Value done = co_await std::move(work);
  co_return std::move(done);
}

Task<ResourceResult> create_account(ResourceRequest r) {
  std::string role = text(r.properties, "CloudWatchRoleArn");
  ResourceResult out;
  out.physical_id = r.name_suffix;
  Task<Value> work = set_role(std::move(r), std::move(role));
  Value done = co_await std::move(work);
  co_return std::move(out);
}

/// AWS leaves the account's setting when the resource goes.
Task<void> remove_account(ResourceRequest) { co_return; }

}  // namespace

std::vector<ResourceType> ApiGateway::resource_types() const {
  return {
      {"AWS::ApiGateway::RestApi",
       {"Name", "Description", "EndpointConfiguration", "BinaryMediaTypes", "ApiKeySourceType",
        "DisableExecuteApiEndpoint", "Tags"},
       {},
       create_api,
       remove_api},
      {"AWS::ApiGateway::Resource",
       {"RestApiId", "ParentId", "PathPart"},
       {"RestApiId", "ParentId", "PathPart"},
       create_resource,
       remove_resource},
      {"AWS::ApiGateway::Method",
       {"RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "ApiKeyRequired", "OperationName",
        "RequestParameters", "RequestModels", "MethodResponses", "Integration"},
       {"RestApiId", "ResourceId", "HttpMethod"},
       create_method,
       remove_method},
      {"AWS::ApiGateway::Deployment",
       {"RestApiId", "StageName", "Description", "StageDescription"},
       {"RestApiId"},
       create_deployment,
       remove_deployment},
      {"AWS::ApiGateway::Stage",
       {"RestApiId", "DeploymentId", "StageName", "Description", "Variables", "TracingEnabled", "Tags"},
       {"RestApiId", "DeploymentId"},
       create_stage,
       remove_stage},
      {"AWS::ApiGateway::Account", {"CloudWatchRoleArn"}, {}, create_account, remove_account},
  };
}

}  // namespace puddle::apigateway
