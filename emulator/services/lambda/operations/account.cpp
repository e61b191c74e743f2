// Small settings of functions that have little to set here: code signing (there is none), runtime management
// (only Auto), recursion, and the old InvokeAsync.
#include "runtime/random.hpp"
#include "services/lambda/operations/families.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

struct Input {
  std::string name;
  std::optional<std::string> qualifier, update_on, version_arn, recursive, signing;
};
struct SigningOutput {
  std::string arn, name;
};
struct RuntimeOutput {
  std::string update_on = "Auto", arn;
};
struct RecursionOutput {
  std::string recursive;
};

SigningOutput get_signing(Lambda& service, const Call& call, const Input& in) {
  return {"", need_family(service, call, in.name).name()};
}

RuntimeOutput get_runtime(Lambda& service, const Call& call, const Input& in) {
  const Target t = service.need(call, in.name, in.qualifier);
  return {"Auto", t.qualifier.empty() ? t.arn + ":$LATEST" : t.arn};
}

RuntimeOutput put_runtime(Lambda& service, const Call& call, const Input& in) {
  refuse_given(in.update_on != "Auto", "UpdateRuntimeOn other than Auto");
  refuse_given(in.version_arn.has_value(), "RuntimeVersionArn");
  return get_runtime(service, call, in);
}

RecursionOutput get_recursion(Lambda& service, const Call& call, const Input& in) {
  return {need_family(service, call, in.name).recursion};
}

RecursionOutput put_recursion(Lambda& service, const Call& call, const Input& in) {
  FunctionFamily& family = need_family(service, call, in.name);
  FunctionSettings next = family;
  next.recursion = *in.recursive;
  service.save(family, std::move(next));
  return {family.recursion};
}

struct AsyncInput {
  std::string name;
  Bytes payload;
};
struct AsyncOutput {
  int status = 202;
};

AsyncOutput invoke_async(Lambda& service, const Call& call, const AsyncInput& in) {
  const Target t = service.need(call, in.name);
  if (in.payload.data.size() > kMaxAsyncPayload)
    throw user_error(kRequestTooLarge, "Request must be smaller than " + std::to_string(kMaxAsyncPayload) +
                                           " bytes for the InvokeAsync operation");
  if (!in.payload.data.empty() && !wire::parse_json(in.payload.data))
    throw user_error(kInvalidContent, "Could not parse request body into json.");
  AsyncEvent event;
  event.function_arn = t.arn;
  event.event.request_id = call.request_id.empty() ? uuid(service.deps.entropy) : call.request_id;
  event.event.payload = in.payload.data.empty() ? "{}" : in.payload.data;
  event.event.trace_id = call.trace_id;
  queue_event(service, event, call.now);
  return {};
}

const wire::Traits kUpdateOn{.one_of = {"Auto", "Manual", "FunctionUpdate"}};

}  // namespace

std::vector<Operation> account_operations() {
  const auto named = required<&Input::name>("FunctionName", name_in_path());
  const auto qualified = optional<&Input::qualifier>("Qualifier", qualifier_in_query());
  const wire::Field arn = required<&RuntimeOutput::arn>("FunctionArn"),
                    update_on = required<&RuntimeOutput::update_on>("UpdateRuntimeOn");
  constexpr std::string_view kRuntime = "/2021-07-20/functions/{FunctionName}/runtime-management-config";
  constexpr std::string_view kRecursion = "/2024-08-31/functions/{FunctionName}/recursion-config";
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, SigningOutput>(
      {.name = "GetFunctionCodeSigningConfig",
       .action = "lambda:GetFunctionCodeSigningConfig",
       .resource = function_resource<Input>,
       .http = {"GET", "/2020-06-30/functions/{FunctionName}/code-signing-config"},
       .input = {named},
       .output = {required<&SigningOutput::arn>("CodeSigningConfigArn"),
                  required<&SigningOutput::name>("FunctionName")},
       .errors = {kInvalidParameter, kNotFound},
       .handle = get_signing}));
  out.push_back(operation<Lambda, Input, RuntimeOutput>({.name = "GetRuntimeManagementConfig",
                                                         .action = "lambda:GetRuntimeManagementConfig",
                                                         .resource = function_resource<Input>,
                                                         .http = {"GET", kRuntime},
                                                         .input = {named, qualified},
                                                         .output = {update_on, arn},
                                                         .errors = {kInvalidParameter, kNotFound},
                                                         .handle = get_runtime}));
  out.push_back(operation<Lambda, Input, RuntimeOutput>(
      {.name = "PutRuntimeManagementConfig",
       .action = "lambda:PutRuntimeManagementConfig",
       .resource = function_resource<Input>,
       .http = {"PUT", kRuntime},
       .input =
           {named, qualified, required<&Input::update_on>("UpdateRuntimeOn", kUpdateOn),
            optional<&Input::version_arn>(
                "RuntimeVersionArn",
                {.min = 26,
                 .max = 2048,
                 .pattern =
                     "arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}::runtime:.+"})},
       .output = {update_on, arn},
       .errors = {kInvalidParameter, kNotFound},
       .handle = put_runtime}));
  out.push_back(operation<Lambda, Input, RecursionOutput>(
      {.name = "GetFunctionRecursionConfig",
       .action = "lambda:GetFunctionRecursionConfig",
       .resource = function_resource<Input>,
       .http = {"GET", kRecursion},
       .input = {named},
       .output = {required<&RecursionOutput::recursive>("RecursiveLoop")},
       .errors = {kInvalidParameter, kNotFound},
       .handle = get_recursion}));
  out.push_back(operation<Lambda, Input, RecursionOutput>(
      {.name = "PutFunctionRecursionConfig",
       .action = "lambda:PutFunctionRecursionConfig",
       .resource = function_resource<Input>,
       .http = {"PUT", kRecursion},
       .input = {named, required<&Input::recursive>("RecursiveLoop", {.one_of = {"Terminate", "Allow"}})},
       .output = {required<&RecursionOutput::recursive>("RecursiveLoop")},
       .errors = {kInvalidParameter, kNotFound},
       .handle = put_recursion}));
  out.push_back(operation<Lambda, AsyncInput, AsyncOutput>(
      {.name = "InvokeAsync",
       .action = "lambda:InvokeFunction",
       .resource = function_resource<AsyncInput>,
       .http = {"POST", "/2014-11-13/functions/{FunctionName}/invoke-async", 202},
       .input = {required<&AsyncInput::name>("FunctionName", name_in_path()),
                 required<&AsyncInput::payload>("InvokeArgs", {.at = wire::Location::payload})},
       .output = {required<&AsyncOutput::status>("Status", {.at = wire::Location::status_code})},
       .errors = {kInvalidParameter, kNotFound, kInvalidContent, kRequestTooLarge},
       .handle = invoke_async}));
  return out;
}

}  // namespace puddle::lambda
