// CloudFormation: AWS::Lambda::Function, Version, Alias, LayerVersion, Url, EventInvokeConfig,
// EventSourceMapping and Permission.
#include <exception>

#include "aws/resource_call.hpp"
#include "base/text.hpp"
#include "services/lambda/resource_calls.hpp"
#include "services/lambda/zip.hpp"

namespace puddle::lambda {

namespace {

using wire::Map;

[[noreturn]] void invalid(const std::string& message) { throw user_error(kInvalidParameter, message); }

/// Code.ZipFile is source text in a template and becomes index.py or index.js, as on AWS. ZipFileBase64 is
/// what `puddle up` makes of a local directory.
Value code_of(const Value& properties) {
  const Value* code = properties.find("Code");
  if (code->text_or("S3Bucket") == "hot-reload") return *code;
  if (const std::string_view packed = code->text_or("ZipFileBase64"); !packed.empty()) {
    const auto bytes = from_base64(packed);
    if (!bytes) invalid("Code.ZipFileBase64 is not base64");
    return Map{{"ZipFile", Value(Bytes(*bytes))}};
  }
  const std::string_view text = code->text_or("ZipFile"), runtime = properties.text_or("Runtime");
  if (text.empty()) invalid("Code needs ZipFile: S3Bucket and ImageUri are not supported by Puddle");
  const bool python = runtime.starts_with("python");
  if (!python && !runtime.starts_with("nodejs"))
    invalid("ZipFile can only be used with python and nodejs runtimes.");
  return Map{{"ZipFile", Value(Bytes(make_zip({{python ? "index.py" : "index.js", std::string(text)}})))}};
}

Value tags_of(const Value& list) {
  Map out;
  if (list.is_list())
    for (const Value& tag : list.list()) out[tag.text_or("Key")] = as_text(*tag.find("Value"));
  return Value(std::move(out));
}

Value environment_of(const Value& given) {
  Map variables;
  if (const Value* all = given.find("Variables"); all && all->is_map())
    for (const auto& [name, value] : all->map()) variables.add(name, as_text(value));
  return Value(Map{{"Variables", Value(std::move(variables))}});
}

/// What is set by calls of its own.
Task<void> configure_function(ResourceRequest r, std::string name) {
  if (const Value* reserved = r.properties.find("ReservedConcurrentExecutions")) {
    Map limit{{"FunctionName", Value(name)}, {"ReservedConcurrentExecutions", as_integer(*reserved)}};
    ClientCall reserve = resource_call(r, "lambda", "PutFunctionConcurrency", std::move(limit));
    Task<Value> reserving = r.client->call(std::move(reserve));
    co_await std::move(reserving);
  }
  if (const Value* loops = r.properties.find("RecursiveLoop")) {
    Map recursion{{"FunctionName", Value(name)}, {"RecursiveLoop", *loops}};
    ClientCall put = resource_call(r, "lambda", "PutFunctionRecursionConfig", std::move(recursion));
    Task<Value> putting = r.client->call(std::move(put));
    co_await std::move(putting);
  }
}

Task<void> remove_function_resource(ResourceRequest r) {
  Map input{{"FunctionName", Value(r.physical_id)}};
  return remove_resource(std::move(r), "DeleteFunction", std::move(input));
}

Task<ResourceResult> create_function_resource(ResourceRequest r) {
  Map input;
  for (const auto& [name, value] : r.properties.map()) {
    if (name == "Code")
      input.add("Code", code_of(r.properties));
    else if (name == "Tags")
      input.add("Tags", tags_of(value));
    else if (name == "Environment")
      input.add("Environment", environment_of(value));
    else if (name == "ReservedConcurrentExecutions" || name == "RecursiveLoop")
      continue;
    else if (name == "Timeout" || name == "MemorySize")
      input.add(name, as_integer(value));
    else if (name == "EphemeralStorage") {
      const Value* size = value.find("Size");
      input.add(name, Map{{"Size", size ? as_integer(*size) : Value(512)}});
    } else
      input.add(name, value);
  }
  if (!input.contains("FunctionName")) input.add("FunctionName", r.name_suffix.substr(0, 64));
  ClientCall call = resource_call(r, "lambda", "CreateFunction", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  const Value created = co_await std::move(work);
  r.physical_id = created.text_or("FunctionName");
  std::exception_ptr failure;
  Task<void> configuring = configure_function(r, r.physical_id);
  try {
    co_await std::move(configuring);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {  // the stack never hears of the function and would leave it behind
    Task<void> removing = remove_function_resource(r);
    co_await std::move(removing);
    std::rethrow_exception(failure);
  }
  ResourceResult out;
  out.physical_id = r.physical_id;
  out.attributes.add("Arn", created.text_or("FunctionArn"));
  co_return std::move(out);
}

Task<ResourceResult> create_mapping_resource(ResourceRequest r) {
  Map input;
  for (const auto& [name, value] : r.properties.map()) {
    const bool number = name == "BatchSize" || name.starts_with("Maximum") ||
                        name == "ParallelizationFactor" || name == "TumblingWindowInSeconds";
    const bool flag = name == "Enabled" || name == "BisectBatchOnFunctionError";
    if (name == "Tags") {
      input.add(name, tags_of(value));
    } else if (name == "ScalingConfig") {
      const Value* most = value.find("MaximumConcurrency");
      Map scaling;
      if (most) scaling.add("MaximumConcurrency", as_integer(*most));
      input.add(name, std::move(scaling));
    } else {
      input.add(name, number ? as_integer(value) : flag ? as_flag(value) : value);
    }
  }
  ClientCall call = resource_call(r, "lambda", "CreateEventSourceMapping", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  const Value created = co_await std::move(work);
  ResourceResult out;
  out.physical_id = created.text_or("UUID");
  out.attributes.add("Id", out.physical_id);
  out.attributes.add("EventSourceMappingArn", created.text_or("EventSourceMappingArn"));
  co_return std::move(out);
}

Task<void> remove_mapping_resource(ResourceRequest r) {
  Map input{{"UUID", Value(r.physical_id)}};
  return remove_resource(std::move(r), "DeleteEventSourceMapping", std::move(input));
}

Task<ResourceResult> create_permission_resource(ResourceRequest r) {
  Map input = r.properties.map();
  ResourceResult out;
  out.physical_id = r.name_suffix;
  out.attributes.add("Id", out.physical_id);
  input.add("StatementId", out.physical_id);
  if (const Value* via = input.find("InvokedViaFunctionUrl")) input["InvokedViaFunctionUrl"] = as_flag(*via);
  ClientCall call = resource_call(r, "lambda", "AddPermission", std::move(input));
  Task<Value> work = r.client->call(std::move(call));
  co_await std::move(work);
  co_return std::move(out);
}

Task<void> remove_permission_resource(ResourceRequest r) {
  Map input{{"FunctionName", Value(r.properties.text_or("FunctionName"))},
            {"StatementId", Value(r.physical_id)}};
  return remove_resource(std::move(r), "RemovePermission", std::move(input));
}

}  // namespace

std::vector<ResourceType> Lambda::resource_types() const {
  ResourceType function{
      "AWS::Lambda::Function",
      {"FunctionName", "Runtime", "Handler", "Role", "Code", "Description", "Timeout", "MemorySize",
       "Environment", "Tags", "DeadLetterConfig", "TracingConfig", "EphemeralStorage", "Architectures",
       "LoggingConfig", "PackageType", "Layers", "RecursiveLoop", "ReservedConcurrentExecutions"},
      {"Code", "Role"},
      create_function_resource,
      remove_function_resource};
  ResourceType mapping{
      "AWS::Lambda::EventSourceMapping",
      {"FunctionName", "EventSourceArn", "Enabled", "BatchSize", "MaximumBatchingWindowInSeconds",
       "StartingPosition", "FunctionResponseTypes", "ScalingConfig", "MaximumRetryAttempts",
       "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "DestinationConfig",
       "ParallelizationFactor", "TumblingWindowInSeconds", "FilterCriteria", "Tags"},
      {"FunctionName"},
      create_mapping_resource,
      remove_mapping_resource};
  ResourceType permission{
      "AWS::Lambda::Permission",
      {"FunctionName", "Action", "Principal", "SourceArn", "SourceAccount", "FunctionUrlAuthType",
       "PrincipalOrgID", "EventSourceToken", "InvokedViaFunctionUrl"},
      {"FunctionName", "Action", "Principal"},
      create_permission_resource,
      remove_permission_resource};
  std::vector<ResourceType> out{std::move(function), std::move(mapping), std::move(permission)};
  for (ResourceType& type : more_resource_types()) out.push_back(std::move(type));
  return out;
}

}  // namespace puddle::lambda
