// AddPermission, RemovePermission, GetPolicy: the function's resource policy, a statement at a time.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/lambda/operations/families.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

struct AddInput {
  std::string name, sid, action, principal;
  std::optional<std::string> source_arn, source_account, token, qualifier, revision, organisation, url_auth;
  std::optional<bool> via_url;
};
struct AddOutput {
  std::string statement;
};

Value principal_of(const std::string& principal) {
  if (principal == "*") return Value("*");
  if (principal.find(".amazonaws.com") != std::string::npos) return Map{{"Service", Value(principal)}};
  const bool account =
      principal.size() == 12 && principal.find_first_not_of("0123456789") == std::string::npos;
  if (!account && !Arn::parse(principal))
    throw user_error(kInvalidParameter,
                     "The provided principal was invalid. Please check the principal and try again.");
  return Map{{"AWS", Value(account ? "arn:aws:iam::" + principal + ":root" : principal)}};
}

Value statement_of(const AddInput& in, const std::string& arn) {
  Map equals, like, condition;
  if (in.source_account) equals.add("AWS:SourceAccount", *in.source_account);
  if (in.token) equals.add("lambda:EventSourceToken", *in.token);
  if (in.organisation) equals.add("aws:PrincipalOrgID", *in.organisation);
  if (in.url_auth) equals.add("lambda:FunctionUrlAuthType", *in.url_auth);
  if (in.source_arn) like.add("AWS:SourceArn", *in.source_arn);
  if (!equals.empty()) condition.add("StringEquals", std::move(equals));
  if (!like.empty()) condition.add("ArnLike", std::move(like));
  if (in.via_url)
    condition.add("Bool", Map{{"lambda:InvokedViaFunctionUrl", Value(*in.via_url ? "true" : "false")}});
  Map out;
  out.add("Sid", in.sid);
  out.add("Effect", "Allow");
  out.add("Principal", principal_of(in.principal));
  out.add("Action", in.action);
  out.add("Resource", arn);
  if (!condition.empty()) out.add("Condition", std::move(condition));
  return Value(std::move(out));
}

/// The target of a policy; $LATEST has none of its own.
Target policy_target(Lambda& service, const Call& call, const std::string& name,
                     const std::optional<std::string>& qualifier) {
  if (service.parse_name(call, name, qualifier).qualifier == kLatest)
    throw user_error(kInvalidParameter, "We currently do not support adding policies for $LATEST.");
  return need_or_alias(service, call, name, qualifier);
}

AddOutput add(Lambda& service, const Call& call, const AddInput& in) {
  const Target target = policy_target(service, call, in.name, in.qualifier);
  FunctionSettings next = *target.family;
  Policy& policy = next.policies[target.qualifier];
  check_revision(policy.revision, in.revision, "GetPolicy");
  for (const Value& s : policy.statements)
    if (s.text_or("Sid") == in.sid)
      throw user_error(kConflict, "The statement id (" + in.sid +
                                      ") provided already exists. Please provide a new statement id, or "
                                      "remove the existing statement.");
  Value statement = statement_of(in, target.arn);
  policy.statements.push_back(statement);
  policy.revision = service.new_revision();
  if (wire::to_json(Value(policy.statements)).size() > kMaxPolicyBytes)
    throw user_error(kPolicyTooLong, "The final policy size is bigger than the limit (20480).");
  service.save(*target.family, std::move(next));
  return {wire::to_json(statement)};
}

struct Input {
  std::string name, sid;
  std::optional<std::string> qualifier, revision;
};

Empty remove(Lambda& service, const Call& call, const Input& in) {
  const FunctionName name = service.parse_name(call, in.name, in.qualifier);
  if (name.region == call.region && !service.find(name))
    throw user_error(kNotFound, "No policy found for: " + name.arn());
  const Target target = need_or_alias(service, call, in.name, in.qualifier);
  FunctionSettings next = *target.family;
  const auto it = next.policies.find(target.qualifier);
  if (it == next.policies.end())
    throw user_error(kNotFound, "No policy is associated with the given resource.");
  Policy& policy = it->second;
  check_revision(policy.revision, in.revision, "GetPolicy");
  if (std::erase_if(policy.statements, [&](const Value& s) { return s.text_or("Sid") == in.sid; }) == 0)
    throw user_error(kNotFound, "Statement " + in.sid + " is not found in resource policy.");
  policy.revision = service.new_revision();
  if (policy.statements.empty()) next.policies.erase(it);
  service.save(*target.family, std::move(next));
  return {};
}

struct PolicyOutput {
  std::string policy, revision;
};

PolicyOutput get(Lambda& service, const Call& call, const Input& in) {
  constexpr const char* kNone = "The resource you requested does not exist.";
  const Target target = need_or_say(service, call, in.name, in.qualifier, kNone);
  const auto it = target.family->policies.find(target.qualifier);
  if (it == target.family->policies.end()) throw user_error(kNotFound, kNone);
  return {service.resource_policy(target.arn), it->second.revision};
}

}  // namespace

std::vector<Operation> permission_operations() {
  std::vector<Operation> out;
  out.push_back(operation<Lambda, AddInput, AddOutput>({
      .name = "AddPermission",
      .action = "lambda:AddPermission",
      .resource = function_resource<AddInput>,
      .http = {"POST", "/2015-03-31/functions/{FunctionName}/policy", 201},
      .input = {required<&AddInput::name>("FunctionName", name_in_path()),
                required<&AddInput::sid>("StatementId",
                                         {.min = 1, .max = 100, .pattern = "([a-zA-Z0-9-_]+)"}),
                required<&AddInput::action>("Action", {.pattern = "(lambda:[*]|lambda:[a-zA-Z]+|[*])"}),
                required<&AddInput::principal>("Principal", {.pattern = "[^\\s]+"}),
                optional<&AddInput::source_arn>("SourceArn",
                                                {.pattern = "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{"
                                                            "2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"}),
                optional<&AddInput::source_account>("SourceAccount", {.max = 12, .pattern = "\\d{12}"}),
                optional<&AddInput::token>("EventSourceToken"),
                optional<&AddInput::qualifier>("Qualifier", qualifier_in_query()),
                optional<&AddInput::revision>("RevisionId"),
                optional<&AddInput::organisation>("PrincipalOrgID"),
                optional<&AddInput::url_auth>("FunctionUrlAuthType", {.one_of = {"NONE", "AWS_IAM"}}),
                optional<&AddInput::via_url>("InvokedViaFunctionUrl")},
      .output = {required<&AddOutput::statement>("Statement")},
      .errors = {kInvalidParameter, kConflict, kNotFound, kPreconditionFailed, kPolicyTooLong},
      .handle = add,
  }));
  out.push_back(operation<Lambda, Input, Empty>({
      .name = "RemovePermission",
      .action = "lambda:RemovePermission",
      .resource = function_resource<Input>,
      .http = {"DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", 204},
      .input = {required<&Input::name>("FunctionName", name_in_path()),
                required<&Input::sid>("StatementId", {.min = 1, .max = 100, .at = wire::Location::uri}),
                optional<&Input::qualifier>("Qualifier", qualifier_in_query()),
                optional<&Input::revision>("RevisionId", {.at = wire::Location::query_string})},
      .errors = {kInvalidParameter, kNotFound, kPreconditionFailed},
      .handle = remove,
  }));
  out.push_back(operation<Lambda, Input, PolicyOutput>({
      .name = "GetPolicy",
      .action = "lambda:GetPolicy",
      .resource = function_resource<Input>,
      .http = {"GET", "/2015-03-31/functions/{FunctionName}/policy"},
      .input = {required<&Input::name>("FunctionName", name_in_path()),
                optional<&Input::qualifier>("Qualifier", qualifier_in_query())},
      .output = {required<&PolicyOutput::policy>("Policy"), required<&PolicyOutput::revision>("RevisionId")},
      .errors = {kInvalidParameter, kNotFound},
      .handle = get,
  }));
  return out;
}

}  // namespace puddle::lambda
