// DeleteStack: the job that removes the resources, newest first. A stack that is not there is no error.
#include "services/cloudformation/cloudformation.hpp"
#include "services/cloudformation/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::cloudformation {
namespace {

struct Input {
  std::string stack_name;
  std::vector<std::string> retain;
  std::optional<std::string> token;
};

Empty handle(CloudFormation& service, const Call& call, const Input& in) {
  auto stack = in.stack_name.starts_with("arn:")
                   ? service.records.by_id(in.stack_name)
                   : service.records.by_name(call.account, call.region, in.stack_name);
  if (!stack || stack->status == "DELETE_COMPLETE" || stack->status == "DELETE_IN_PROGRESS") return {};
  if (stack->status.ends_with("_IN_PROGRESS"))
    throw kValidationError("Stack [" + stack->name + "] cannot be deleted while in status " + stack->status);
  if (!in.retain.empty() && stack->status != "DELETE_FAILED")
    throw kValidationError("Invalid operation on stack [" + stack->id +
                           "]. Specify resources to retain only when deleting a "
                           "stack in the DELETE_FAILED state.");
  service.set_status(*stack, "DELETE_IN_PROGRESS", "User Initiated", call.now);
  wire::List retain;
  for (const std::string& id : in.retain) retain.emplace_back(id);
  const wire::Map payload{
      {"stack", Value(stack->id)}, {"what", Value("delete")}, {"retain", Value(std::move(retain))}};
  service.deps.jobs.add("cloudformation.deploy", call.now, wire::to_json(payload), stack->id);
  return {};
}

}  // namespace

Operation delete_stack() {
  return operation<CloudFormation, Input, Empty>({
      .name = "DeleteStack",
      .action = "cloudformation:DeleteStack",
      .input = {required<&Input::stack_name>("StackName"), optional<&Input::retain>("RetainResources"),
                optional<&Input::token>("ClientRequestToken", {.min = 1, .max = 128})},
      .errors = {kValidationError},
      .handle = handle,
  });
}

}  // namespace puddle::cloudformation
