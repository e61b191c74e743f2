// CloudFormation: AWS::Lambda::Version, Alias, LayerVersion, Url and EventInvokeConfig.
#include "aws/resource_call.hpp"
#include "base/text.hpp"
#include "services/lambda/resource_calls.hpp"

namespace puddle::lambda {

namespace {

using wire::Map;

Task<ResourceResult> create_version(ResourceRequest r) {
  ClientCall call = resource_call(r, "lambda", "PublishVersion", r.properties.map());
  Task<Value> work = r.client->call(std::move(call));
  const Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("FunctionArn");
  out.attributes.add("Version", made.text_or("Version"));
  out.attributes.add("FunctionArn", made.text_or("FunctionArn"));
  co_return std::move(out);
}
Task<void> remove_version(ResourceRequest r) {
  Map input{{"FunctionName", Value(r.physical_id)}};
  return remove_resource(std::move(r), "DeleteFunction", std::move(input));
}

/// A template lists weights; the API has a map.
Value routing_of(const Value& given) {
  Map weights;
  if (const Value* list = given.find("AdditionalVersionWeights"); list && list->is_list())
    for (const Value& one : list->list())
      if (const Value* weight = one.find("FunctionWeight"))
        weights.add(std::string(one.text_or("FunctionVersion")), as_number(*weight));
  return Map{{"AdditionalVersionWeights", Value(std::move(weights))}};
}

Task<ResourceResult> create_alias(ResourceRequest r) {
  Map input;
  for (const auto& [name, value] : r.properties.map())
    input.add(name, name == "RoutingConfig" ? routing_of(value) : value);
  ClientCall call = resource_call(r, "lambda", "CreateAlias", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  const Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("AliasArn");
  out.attributes.add("AliasArn", out.physical_id);
  co_return std::move(out);
}
Task<void> remove_alias(ResourceRequest r) {
  Map input{{"FunctionName", Value(r.properties.text_or("FunctionName"))},
            {"Name", Value(r.properties.text_or("Name"))}};
  return remove_resource(std::move(r), "DeleteAlias", std::move(input));
}

Task<ResourceResult> create_layer(ResourceRequest r) {
  Map input;
  for (const auto& [name, value] : r.properties.map()) {
    const Value* packed = name == "Content" ? value.find("ZipFileBase64") : nullptr;
    const auto bytes = packed ? from_base64(packed->text()) : std::nullopt;
    if (bytes)
      input.add("Content", Map{{"ZipFile", Value(Bytes(*bytes))}});
    else
      input.add(name, value);
  }
  if (!input.contains("LayerName")) input.add("LayerName", r.logical_id);
  ClientCall call = resource_call(r, "lambda", "PublishLayerVersion", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  const Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("LayerVersionArn");
  out.attributes.add("LayerVersionArn", out.physical_id);
  co_return std::move(out);
}
Task<void> remove_layer(ResourceRequest r) {
  const std::size_t at = r.physical_id.rfind(':');
  Map input{{"LayerName", Value(r.physical_id.substr(0, at))},
            {"VersionNumber", Value(parse_int(r.physical_id.substr(at + 1)).value_or(0))}};
  return remove_resource(std::move(r), "DeleteLayerVersion", std::move(input));
}

/// TargetFunctionArn may be a name or an ARN.
Map url_input(const ResourceRequest& r, bool all) {
  Map input;
  for (const auto& [name, value] : r.properties.map()) {
    if (name == "TargetFunctionArn")
      input.add("FunctionName", value);
    else if (all || name == "Qualifier")
      input.add(name, value);
  }
  return input;
}
Task<ResourceResult> create_url(ResourceRequest r) {
  ClientCall call = resource_call(r, "lambda", "CreateFunctionUrlConfig", url_input(r, true));
  Task<Value> work = r.client->call(std::move(call));
  const Value made = co_await std::move(work);
  ResourceResult out;
  out.physical_id = made.text_or("FunctionArn");
  out.attributes.add("FunctionArn", made.text_or("FunctionArn"));
  out.attributes.add("FunctionUrl", made.text_or("FunctionUrl"));
  co_return std::move(out);
}
Task<void> remove_url(ResourceRequest r) {
  Map input = url_input(r, false);
  return remove_resource(std::move(r), "DeleteFunctionUrlConfig", std::move(input));
}

Task<ResourceResult> create_event_config(ResourceRequest r) {
  Map input;
  for (const auto& [name, value] : r.properties.map())
    input.add(name, name.starts_with("Maximum") ? as_integer(value) : value);
  ClientCall call = resource_call(r, "lambda", "PutFunctionEventInvokeConfig", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  co_await std::move(work);
  ResourceResult out;
  out.physical_id = r.name_suffix;
  co_return std::move(out);
}
Task<void> remove_event_config(ResourceRequest r) {
  Map input{{"FunctionName", Value(r.properties.text_or("FunctionName"))},
            {"Qualifier", Value(r.properties.text_or("Qualifier"))}};
  return remove_resource(std::move(r), "DeleteFunctionEventInvokeConfig", std::move(input));
}

}  // namespace

std::vector<ResourceType> more_resource_types() {
  std::vector<ResourceType> out;
  out.push_back({"AWS::Lambda::Version",
                 {"FunctionName", "CodeSha256", "Description"},
                 {"FunctionName"},
                 create_version,
                 remove_version});
  out.push_back({"AWS::Lambda::Alias",
                 {"FunctionName", "FunctionVersion", "Name", "Description", "RoutingConfig"},
                 {"FunctionName", "FunctionVersion", "Name"},
                 create_alias,
                 remove_alias});
  out.push_back({"AWS::Lambda::LayerVersion",
                 {"Content", "LayerName", "Description", "LicenseInfo", "CompatibleRuntimes",
                  "CompatibleArchitectures"},
                 {"Content"},
                 create_layer,
                 remove_layer});
  out.push_back({"AWS::Lambda::Url",
                 {"TargetFunctionArn", "AuthType", "Qualifier", "Cors", "InvokeMode"},
                 {"TargetFunctionArn", "AuthType"},
                 create_url,
                 remove_url});
  out.push_back(
      {"AWS::Lambda::EventInvokeConfig",
       {"FunctionName", "Qualifier", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"},
       {"FunctionName", "Qualifier"},
       create_event_config,
       remove_event_config});
  return out;
}

}  // namespace puddle::lambda
