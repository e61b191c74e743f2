// CloudFormation: AWS::IAM::Role, AWS::IAM::Policy and AWS::IAM::ManagedPolicy.
#include "aws/resource_call.hpp"
#include "base/text.hpp"
#include "services/iam/iam.hpp"
#include "wire/json.hpp"

namespace puddle::iam {
namespace {

using wire::Map;

struct Step {
  std::string operation;
  Map input;
};

/// Calls in order; with `lenient` a thing that is gone already is no error. The value of the first call.
Task<Value> run(ResourceRequest request, std::vector<Step> steps, bool lenient) {
  Value first;
  bool started = false;
  for (Step& step : steps) {
    ClientCall call = resource_call(request, "iam", step.operation, std::move(step.input));
    try {
      Task<Value> work = request.client->call(std::move(call));
      Value reply = co_await std::move(work);
      if (!started) first = std::move(reply);
    } catch (const AwsError& error) {
      if (!lenient || error.code() != "NoSuchEntity") throw;
    }
    started = true;
  }
  co_return first;
}

/// A policy document in a template is an object, or text.
std::string document(const Value& value) { return value.is_text() ? value.text() : wire::to_json(value); }

std::string document_of(const Value& properties, std::string_view name) {
  const Value* value = properties.find(name);
  return value == nullptr ? std::string() : document(*value);
}

std::vector<std::string> texts(const Value& properties, std::string_view name) {
  std::vector<std::string> out;
  const Value* list = properties.find(name);
  if (list == nullptr || !list->is_list()) return out;
  for (const Value& v : list->list())
    if (v.is_text()) out.push_back(v.text());
  return out;
}

/// The generated name within IAM's limit; its random end stays.
std::string generated(const std::string& suffix, std::size_t limit) {
  if (suffix.size() <= limit) return suffix;
  const std::string tail = suffix.substr(suffix.rfind('-'));
  return suffix.substr(0, limit - tail.size()) + tail;
}

std::string name_of(const ResourceRequest& request, std::string_view property, std::size_t limit) {
  const std::string_view given = request.properties.text_or(property);
  return given.empty() ? generated(request.name_suffix, limit) : std::string(given);
}

void copy(const Value& properties, std::string_view name, Map& input) {
  const Value* value = properties.find(name);
  if (value != nullptr && !value->is_null()) input.add(std::string(name), *value);
}

/// Numbers of a template may be texts.
void copy_number(const Value& properties, std::string_view name, Map& input) {
  const Value* value = properties.find(name);
  if (value == nullptr || value->is_null()) return;
  if (!value->is_text()) {
    input.add(std::string(name), *value);
    return;
  }
  const auto number = parse_int(value->text());
  if (!number) throw kValidationError("Value of property " + std::string(name) + " must be of type Integer");
  input.add(std::string(name), Value(*number));
}

std::vector<Step> attach_steps(const std::string& role, const Value& properties) {
  std::vector<Step> steps;
  for (const std::string& arn : texts(properties, "ManagedPolicyArns"))
    steps.push_back({"AttachRolePolicy", {{"RoleName", role}, {"PolicyArn", arn}}});
  const Value* inline_policies = properties.find("Policies");
  if (inline_policies == nullptr || !inline_policies->is_list()) return steps;
  for (const Value& policy : inline_policies->list())
    steps.push_back({"PutRolePolicy",
                     {{"RoleName", role},
                      {"PolicyName", policy.text_or("PolicyName")},
                      {"PolicyDocument", document_of(policy, "PolicyDocument")}}});
  return steps;
}

std::vector<Step> role_steps(const ResourceRequest& request, const std::string& name) {
  const Value& p = request.properties;
  Map input{{"RoleName", name}, {"AssumeRolePolicyDocument", document_of(p, "AssumeRolePolicyDocument")}};
  copy(p, "Path", input);
  copy(p, "Description", input);
  copy_number(p, "MaxSessionDuration", input);
  copy(p, "Tags", input);
  std::vector<Step> steps;
  steps.push_back({"CreateRole", std::move(input)});
  for (Step& step : attach_steps(name, p)) steps.push_back(std::move(step));
  return steps;
}

std::vector<Step> role_removal(const std::string& role, const Value& properties) {
  std::vector<Step> steps;
  for (const std::string& arn : texts(properties, "ManagedPolicyArns"))
    steps.push_back({"DetachRolePolicy", {{"RoleName", role}, {"PolicyArn", arn}}});
  if (const Value* list = properties.find("Policies"); list != nullptr && list->is_list())
    for (const Value& policy : list->list())
      steps.push_back(
          {"DeleteRolePolicy", {{"RoleName", role}, {"PolicyName", policy.text_or("PolicyName")}}});
  steps.push_back({"DeleteRole", {{"RoleName", role}}});
  return steps;
}

Task<void> undo(ResourceRequest request, std::vector<Step> steps) {
  Task<Value> work = run(std::move(request), std::move(steps), true);
  co_await std::move(work);
}

Task<ResourceResult> create_role(ResourceRequest request) {
  const std::string name = name_of(request, "RoleName", 64);
  std::vector<Step> steps = role_steps(request, name);
  Task<Value> work = run(request, std::move(steps), false);
  Value reply = co_await std::move(work);
  const Value* role = reply.find("Role");
  ResourceResult out;
  out.physical_id = name;
  out.attributes.add("Arn", role->text_or("Arn"));
  out.attributes.add("RoleId", role->text_or("RoleId"));
  co_return out;
}

Task<void> remove_role(ResourceRequest request) {
  std::vector<Step> steps = role_removal(request.physical_id, request.properties);
  return undo(std::move(request), std::move(steps));
}

std::vector<Step> policy_steps(const Value& p, std::string_view name, bool add) {
  std::vector<Step> steps;
  const auto one = [&](std::string_view member, std::string_view kind, const std::string& owner) {
    Map input{{std::string(member), owner}, {"PolicyName", name}};
    if (add) input.add("PolicyDocument", document_of(p, "PolicyDocument"));
    steps.push_back({std::string(add ? "Put" : "Delete") + std::string(kind) + "Policy", std::move(input)});
  };
  for (const std::string& role : texts(p, "Roles")) one("RoleName", "Role", role);
  for (const std::string& user : texts(p, "Users")) one("UserName", "User", user);
  return steps;
}

Task<ResourceResult> create_policy(ResourceRequest request) {
  const std::string name(request.properties.text_or("PolicyName"));
  std::vector<Step> steps = policy_steps(request.properties, name, true);
  if (steps.empty()) throw kValidationError("At least one of [Groups,Roles,Users] must be non-empty.");
  ResourceResult out;
  out.physical_id = generated(request.name_suffix, 128);
  Task<Value> work = run(std::move(request), std::move(steps), false);
  co_await std::move(work);
  co_return out;
}

Task<void> remove_policy(ResourceRequest request) {
  const std::string name(request.properties.text_or("PolicyName"));
  std::vector<Step> steps = policy_steps(request.properties, name, false);
  return undo(std::move(request), std::move(steps));
}

std::vector<Step> attachment_steps(const Value& p, std::string_view arn, bool attach) {
  std::vector<Step> steps;
  const std::string verb = attach ? "Attach" : "Detach";
  for (const std::string& role : texts(p, "Roles"))
    steps.push_back({verb + "RolePolicy", {{"RoleName", role}, {"PolicyArn", arn}}});
  for (const std::string& user : texts(p, "Users"))
    steps.push_back({verb + "UserPolicy", {{"UserName", user}, {"PolicyArn", arn}}});
  return steps;
}

Task<ResourceResult> create_managed_policy(ResourceRequest request) {
  const Value& p = request.properties;
  Map input{{"PolicyName", name_of(request, "ManagedPolicyName", 128)},
            {"PolicyDocument", document_of(p, "PolicyDocument")}};
  copy(p, "Path", input);
  copy(p, "Description", input);
  copy(p, "Tags", input);
  std::vector<Step> steps;
  steps.push_back({"CreatePolicy", std::move(input)});
  Task<Value> work = run(request, std::move(steps), false);
  Value reply = co_await std::move(work);
  const Value* policy = reply.find("Policy");
  ResourceResult out;
  out.physical_id = std::string(policy->text_or("Arn"));
  out.attributes.add("PolicyArn", policy->text_or("Arn"));
  out.attributes.add("PolicyId", policy->text_or("PolicyId"));
  std::vector<Step> attachments = attachment_steps(p, out.physical_id, true);
  Task<Value> more = run(request, std::move(attachments), false);
  co_await std::move(more);
  co_return out;
}

Task<void> remove_managed_policy(ResourceRequest request) {
  std::vector<Step> steps = attachment_steps(request.properties, request.physical_id, false);
  steps.push_back({"DeletePolicy", {{"PolicyArn", request.physical_id}}});
  return undo(std::move(request), std::move(steps));
}

}  // namespace

std::vector<ResourceType> resource_types_of_iam() {
  std::vector<ResourceType> types;
  types.push_back({.name = "AWS::IAM::Role",
                   .properties = {"RoleName", "AssumeRolePolicyDocument", "Path", "Description",
                                  "MaxSessionDuration", "ManagedPolicyArns", "Policies", "Tags"},
                   .required = {"AssumeRolePolicyDocument"},
                   .create = create_role,
                   .remove = remove_role});
  types.push_back({.name = "AWS::IAM::Policy",
                   .properties = {"PolicyName", "PolicyDocument", "Roles", "Users"},
                   .required = {"PolicyName", "PolicyDocument"},
                   .create = create_policy,
                   .remove = remove_policy});
  types.push_back(
      {.name = "AWS::IAM::ManagedPolicy",
       .properties = {"ManagedPolicyName", "PolicyDocument", "Path", "Description", "Roles", "Users", "Tags"},
       .required = {"PolicyDocument"},
       .create = create_managed_policy,
       .remove = remove_managed_policy});
  return types;
}

}  // namespace puddle::iam
