// CreateStack: checks the template, writes the stack and the job that creates its resources.
#include <algorithm>

#include "runtime/random.hpp"
#include "services/cloudformation/cloudformation.hpp"
#include "services/cloudformation/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::cloudformation {
namespace {

constexpr std::size_t kMaxTemplateBody = 51'200;

struct Parameter {
  std::optional<std::string> key, value;
  static Shape shape() {
    return {optional<&Parameter::key>("ParameterKey"), optional<&Parameter::value>("ParameterValue")};
  }
};

struct Tag {
  std::string key, value;
  static Shape shape() {
    return {required<&Tag::key>("Key", {.min = 1, .max = 128}),
            required<&Tag::value>("Value", {.min = 1, .max = 256})};
  }
};

struct Input {
  std::string stack_name;
  std::optional<std::string> template_body, template_url, on_failure, role_arn, token;
  std::vector<Parameter> parameters;
  std::vector<std::string> capabilities;
  std::vector<Tag> tags;
  std::optional<bool> disable_rollback;
};

struct Output {
  std::string stack_id;
};

std::string on_failure(const Input& in) {
  if (in.on_failure && in.disable_rollback)
    throw kValidationError("Either DisableRollback or OnFailure can be specified, not both.");
  if (in.disable_rollback.value_or(false)) return "DO_NOTHING";
  return in.on_failure.value_or("ROLLBACK");
}

void check_capabilities(const Input& in, const Plan& plan) {
  const auto has = [&](std::string_view name) {
    return std::find(in.capabilities.begin(), in.capabilities.end(), name) != in.capabilities.end();
  };
  if (plan.needs_named_iam && !has("CAPABILITY_NAMED_IAM"))
    throw kInsufficientCapabilities("Requires capabilities : [CAPABILITY_NAMED_IAM]");
  if (plan.needs_iam && !has("CAPABILITY_IAM") && !has("CAPABILITY_NAMED_IAM"))
    throw kInsufficientCapabilities("Requires capabilities : [CAPABILITY_IAM]");
}

Output handle(CloudFormation& service, const Call& call, const Input& in) {
  if (in.template_url)
    throw kValidationError("TemplateURL is not supported: send the template as TemplateBody.");
  if (!in.template_body) throw kValidationError("Either Template URL or Template Body must be specified.");
  // `puddle up` deploys in process, with the zipped code in the template; everybody else has AWS's limit.
  if (!call.access_key.empty() && in.template_body->size() > kMaxTemplateBody)
    throw kValidationError(
        "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must "
        "have length less than or equal to 51200");
  if (service.records.by_name(call.account, call.region, in.stack_name))
    throw kAlreadyExists("Stack [" + in.stack_name + "] already exists");
  Stack stack;
  stack.account = call.account;
  stack.region = call.region;
  stack.name = in.stack_name;
  stack.id = "arn:aws:cloudformation:" + call.region + ":" + call.account + ":stack/" + in.stack_name + "/" +
             uuid(service.deps.entropy);
  stack.template_text = *in.template_body;
  stack.on_failure = on_failure(in);
  stack.principal = in.role_arn ? Principal::role(*in.role_arn, "AWSCloudFormation") : call.principal;
  stack.created = call.now;
  wire::Map parameters;
  for (const Parameter& p : in.parameters) parameters[p.key.value_or("")] = p.value.value_or("");
  stack.parameters = std::move(parameters);
  wire::List tags, capabilities;
  for (const Tag& t : in.tags) tags.emplace_back(wire::Map{{"Key", Value(t.key)}, {"Value", Value(t.value)}});
  for (const std::string& c : in.capabilities) capabilities.emplace_back(c);
  stack.tags = std::move(tags);
  stack.capabilities = std::move(capabilities);
  stack.outputs = wire::List();
  const Result<Plan> plan = service.plan(stack);
  if (!plan) throw kValidationError(plan.error().message);
  check_capabilities(in, *plan);
  stack.status = "CREATE_IN_PROGRESS";
  service.records.insert(stack);
  service.set_status(stack, "CREATE_IN_PROGRESS", "User Initiated", call.now);
  const wire::Map payload{{"stack", Value(stack.id)}, {"what", Value("create")}};
  service.deps.jobs.add("cloudformation.deploy", call.now, wire::to_json(payload), stack.id);
  return {.stack_id = stack.id};
}

}  // namespace

Operation create_stack() {
  return operation<CloudFormation, Input, Output>({
      .name = "CreateStack",
      .action = "cloudformation:CreateStack",
      .resource =
          [](CloudFormation&, const Call& c, const Input& in) {
            return "arn:aws:cloudformation:" + c.region + ":" + c.account + ":stack/" + in.stack_name + "/*";
          },
      .input = {required<&Input::stack_name>("StackName",
                                             {.min = 1, .max = 128, .pattern = "[a-zA-Z][-a-zA-Z0-9]*"}),
                optional<&Input::template_body>("TemplateBody", {.min = 1}),
                optional<&Input::template_url>("TemplateURL"),
                optional<&Input::parameters>("Parameters", {.max = 200}),
                optional<&Input::disable_rollback>("DisableRollback"),
                optional<&Input::capabilities>("Capabilities",
                                               {.each = {{.one_of = {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM",
                                                                     "CAPABILITY_AUTO_EXPAND"}}}}),
                optional<&Input::role_arn>("RoleARN", {.min = 20, .max = 2048}),
                optional<&Input::on_failure>("OnFailure", {.one_of = {"DO_NOTHING", "ROLLBACK", "DELETE"}}),
                optional<&Input::tags>("Tags", {.max = 50}),
                optional<&Input::token>("ClientRequestToken", {.min = 1, .max = 128})},
      .output = {required<&Output::stack_id>("StackId")},
      .errors = {kValidationError, kAlreadyExists, kInsufficientCapabilities},
      .handle = handle,
  });
}

}  // namespace puddle::cloudformation
