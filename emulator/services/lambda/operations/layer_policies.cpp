// AddLayerVersionPermission, RemoveLayerVersionPermission, GetLayerVersionPolicy.
#include "services/lambda/operations/layers.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

struct Input {
  std::string name, sid, action, principal;
  std::int64_t version = 0;
  std::optional<std::string> organisation, revision;
};
struct AddOutput {
  std::string statement, revision;
};

LayerVersion need(Lambda& service, const Call& call, const Input& in) {
  const LayerName name = layer_name(call, in.name);
  auto layer = service.records.layer(name.account, name.region, name.name, in.version);
  if (!layer) throw user_error(kNotFound, "Layer version " + name.arn(in.version) + " does not exist.");
  return std::move(*layer);
}

AddOutput add(Lambda& service, const Call& call, const Input& in) {
  LayerVersion layer = need(service, call, in);
  check_revision(layer.policy.revision, in.revision, "GetLayerPolicy");
  for (const Value& s : layer.policy.statements)
    if (s.text_or("Sid") == in.sid)
      throw user_error(kConflict, "The statement id (" + in.sid +
                                      ") provided already exists. Please provide a new statement id, or "
                                      "remove the existing statement.");
  const bool account = in.principal.size() == 12;
  Map statement{{"Sid", Value(in.sid)}, {"Effect", Value("Allow")}};
  if (in.principal == "*")
    statement.add("Principal", "*");
  else
    statement.add("Principal",
                  Map{{"AWS", Value(account ? "arn:aws:iam::" + in.principal + ":root" : in.principal)}});
  statement.add("Action", in.action);
  statement.add("Resource", layer.arn());
  if (in.organisation)
    statement.add("Condition",
                  Map{{"StringEquals", Value(Map{{"aws:PrincipalOrgID", Value(*in.organisation)}})}});
  Value made(std::move(statement));
  layer.policy.statements.push_back(made);
  if (policy_text(layer.policy).size() > kMaxPolicyBytes)
    throw user_error(kPolicyTooLong, "The final policy size is bigger than the limit (20480).");
  layer.policy.revision = service.new_revision();
  service.records.put(layer);
  return {wire::to_json(made), layer.policy.revision};
}

Empty remove(Lambda& service, const Call& call, const Input& in) {
  LayerVersion layer = need(service, call, in);
  if (layer.policy.statements.empty())
    throw user_error(kNotFound, "No policy is associated with the given resource.");
  check_revision(layer.policy.revision, in.revision, "GetLayerPolicy");
  if (std::erase_if(layer.policy.statements, [&](const Value& s) { return s.text_or("Sid") == in.sid; }) == 0)
    throw user_error(kNotFound, "Statement " + in.sid + " is not found in resource policy.");
  layer.policy.revision = service.new_revision();
  service.records.put(layer);
  return {};
}

struct PolicyOutput {
  std::string policy, revision;
};

PolicyOutput get(Lambda& service, const Call& call, const Input& in) {
  const LayerVersion layer = need(service, call, in);
  if (layer.policy.statements.empty())
    throw user_error(kNotFound, "No policy is associated with the given resource.");
  return {policy_text(layer.policy), layer.policy.revision};
}

std::string resource_of(Lambda&, const Call& call, const Input& in) {
  return layer_name(call, in.name).arn(in.version);
}

}  // namespace

std::vector<Operation> layer_policy_operations() {
  using wire::Location;
  constexpr std::string_view kPolicy = "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy";
  const auto named = required<&Input::name>("LayerName", layer_in_path());
  const auto number = required<&Input::version>("VersionNumber", {.at = Location::uri});
  const auto revision = optional<&Input::revision>("RevisionId", {.at = Location::query_string});
  const wire::Traits sid{.min = 1, .max = 100, .pattern = "([a-zA-Z0-9-_]+)"};
  wire::Traits sid_in_path = sid;
  sid_in_path.at = Location::uri;
  std::vector<Operation> out;
  out.push_back(operation<Lambda, Input, AddOutput>(
      {.name = "AddLayerVersionPermission",
       .action = "lambda:AddLayerVersionPermission",
       .resource = resource_of,
       .http = {"POST", kPolicy, 201},
       .input = {named, number, required<&Input::sid>("StatementId", sid),
                 required<&Input::action>("Action",
                                          {.min = 0, .max = 22, .pattern = "lambda:GetLayerVersion"}),
                 required<&Input::principal>(
                     "Principal", {.pattern = "\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root"}),
                 optional<&Input::organisation>("OrganizationId",
                                                {.min = 0, .max = 34, .pattern = "o-[a-z0-9]{10,32}"}),
                 revision},
       .output = {required<&AddOutput::statement>("Statement"), required<&AddOutput::revision>("RevisionId")},
       .errors = {kInvalidParameter, kNotFound, kConflict, kPreconditionFailed, kPolicyTooLong},
       .handle = add}));
  out.push_back(operation<Lambda, Input, Empty>(
      {.name = "RemoveLayerVersionPermission",
       .action = "lambda:RemoveLayerVersionPermission",
       .resource = resource_of,
       .http = {"DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
                204},
       .input = {named, number, required<&Input::sid>("StatementId", sid_in_path), revision},
       .errors = {kInvalidParameter, kNotFound, kPreconditionFailed},
       .handle = remove}));
  out.push_back(operation<Lambda, Input, PolicyOutput>(
      {.name = "GetLayerVersionPolicy",
       .action = "lambda:GetLayerVersionPolicy",
       .resource = resource_of,
       .http = {"GET", kPolicy},
       .input = {named, number},
       .output = {required<&PolicyOutput::policy>("Policy"), required<&PolicyOutput::revision>("RevisionId")},
       .errors = {kInvalidParameter, kNotFound},
       .handle = get}));
  return out;
}

}  // namespace puddle::lambda
