// Managed policies on roles and users; the two families differ in the name of one member.
#include "services/iam/aws_managed.hpp"
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct Ref {
  std::string owner, arn;
};

template <Kind kKind, class In>
std::string resource(Iam& iam, const Call& call, const In& in) {
  return iam.arn_of(kKind, call.account, in.owner);
}

void check_policy_arn(const std::string& text) {
  const auto arn = Arn::parse(text);
  if (!arn) throw kValidationError("Invalid ARN:  Could not be parsed!");
  if (arn->service != "iam" || !arn->resource.starts_with("policy/"))
    throw kInvalidInput("ARN " + text + " is not valid.");
}

template <Kind kKind>
Empty attach(Iam& iam, const Call& call, const Ref& in) {
  check_policy_arn(in.arn);
  Identity& identity = iam.need(kKind, call.account, in.owner);
  const ManagedPolicy* policy = iam.find_policy(in.arn);
  const bool foreign = policy != nullptr && policy->account != call.account;
  if ((policy == nullptr || foreign) && find_aws_managed(in.arn) == nullptr)
    throw kNoSuchEntity("Policy " + in.arn + " does not exist or is not attachable.");
  if (identity.attached.contains(in.arn)) return {};
  if (identity.attached.size() >= kMaxAttached)
    throw kLimitExceeded(std::string("Cannot exceed quota for ") +
                         (kKind == Kind::role ? "PoliciesPerRole: " : "PoliciesPerUser: ") +
                         std::to_string(kMaxAttached));
  iam.attach(identity, in.arn);
  return {};
}

template <Kind kKind>
Empty detach(Iam& iam, const Call& call, const Ref& in) {
  check_policy_arn(in.arn);
  Identity& identity = iam.need(kKind, call.account, in.owner);
  if (!identity.attached.contains(in.arn)) throw kNoSuchEntity("Policy " + in.arn + " was not found.");
  iam.detach(identity, in.arn);
  return {};
}

struct Attached {
  std::string name, arn;
  static Shape shape() {
    return {optional<&Attached::name>("PolicyName"), optional<&Attached::arn>("PolicyArn")};
  }
};
struct List : Paged {
  std::string owner;
  std::optional<std::string> prefix;
};
struct Policies {
  std::vector<Attached> policies;
  bool truncated = false;
  std::optional<std::string> marker;
};

template <Kind kKind>
Policies list(Iam& iam, const Call& call, const List& in) {
  const Identity& identity = iam.need(kKind, call.account, in.owner);
  std::vector<std::string> arns;
  for (const std::string& arn : identity.attached) {
    const std::string_view rest = std::string_view(arn).substr(arn.find(":policy/") + 7);
    if (rest.substr(0, rest.rfind('/') + 1).starts_with(in.prefix.value_or("/"))) arns.push_back(arn);
  }
  const Slice page = slice(arns, in.marker, in.max_items);
  Policies out;
  for (std::size_t i = page.begin; i < page.end; ++i)
    out.policies.push_back({arns[i].substr(arns[i].rfind('/') + 1), arns[i]});
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

template <Kind kKind>
Operation change_operation(std::string_view name, std::string_view action,
                           Empty (*handle)(Iam&, const Call&, const Ref&)) {
  return operation<Iam, Ref, Empty>({
      .name = name,
      .action = action,
      .resource = resource<kKind, Ref>,
      .input = {required<&Ref::owner>(name_member(kKind), name_traits(64)),
                required<&Ref::arn>("PolicyArn", arn_traits())},
      .errors = {kNoSuchEntity, kLimitExceeded, kInvalidInput, kValidationError},
      .handle = handle,
  });
}

template <Kind kKind>
Operation list_operation(std::string_view name, std::string_view action) {
  return operation<Iam, List, Policies>({
      .name = name,
      .action = action,
      .resource = resource<kKind, List>,
      .input = {required<&List::owner>(name_member(kKind), name_traits(64)),
                optional<&List::prefix>("PathPrefix", policy_path_traits()),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Policies::policies>("AttachedPolicies"),
                 required<&Policies::truncated>("IsTruncated"), optional<&Policies::marker>("Marker")},
      .errors = {kNoSuchEntity, kInvalidInput, kValidationError},
      .handle = list<kKind>,
  });
}

}  // namespace

Operation attach_role_policy() {
  return change_operation<Kind::role>("AttachRolePolicy", "iam:AttachRolePolicy", attach<Kind::role>);
}
Operation detach_role_policy() {
  return change_operation<Kind::role>("DetachRolePolicy", "iam:DetachRolePolicy", detach<Kind::role>);
}
Operation list_attached_role_policies() {
  return list_operation<Kind::role>("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies");
}
Operation attach_user_policy() {
  return change_operation<Kind::user>("AttachUserPolicy", "iam:AttachUserPolicy", attach<Kind::user>);
}
Operation detach_user_policy() {
  return change_operation<Kind::user>("DetachUserPolicy", "iam:DetachUserPolicy", detach<Kind::user>);
}
Operation list_attached_user_policies() {
  return list_operation<Kind::user>("ListAttachedUserPolicies", "iam:ListAttachedUserPolicies");
}

}  // namespace puddle::iam
