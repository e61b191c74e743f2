// Managed policies: customer managed ones, and AWS's own as far as aws_managed.cpp has them.
#include "base/digest.hpp"
#include "runtime/random.hpp"
#include "services/iam/aws_managed.hpp"
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct PolicyInfo {
  std::string name, id, arn, path, default_version;
  int attachments = 0, boundaries = 0;
  bool attachable = true;
  std::optional<std::string> description;
  Time created, updated;
  std::vector<Tag> tags;
  static Shape shape() {
    return {optional<&PolicyInfo::name>("PolicyName"),
            optional<&PolicyInfo::id>("PolicyId"),
            optional<&PolicyInfo::arn>("Arn"),
            optional<&PolicyInfo::path>("Path"),
            optional<&PolicyInfo::default_version>("DefaultVersionId"),
            optional<&PolicyInfo::attachments>("AttachmentCount"),
            optional<&PolicyInfo::boundaries>("PermissionsBoundaryUsageCount"),
            optional<&PolicyInfo::attachable>("IsAttachable"),
            optional<&PolicyInfo::description>("Description"),
            optional<&PolicyInfo::created>("CreateDate"),
            optional<&PolicyInfo::updated>("UpdateDate"),
            optional<&PolicyInfo::tags>("Tags")};
  }
};
struct One {
  PolicyInfo policy;
};

PolicyInfo describe(const Iam& iam, const ManagedPolicy& p) {
  PolicyInfo out;
  out.name = p.name;
  out.id = p.id;
  out.arn = p.arn();
  out.path = p.path;
  out.default_version = version_id(p.default_version);
  out.attachments = iam.attachments(p.account, out.arn);
  out.created = p.created;
  out.updated = p.updated;
  return out;
}

/// AWS's real ids are not published: ours is made of the ARN, so that it is always the same.
std::string id_of(std::string_view arn) {
  std::string out = "ANPA";
  for (const char c : sha256(arn).substr(0, 17)) out += kUpperAlnum[static_cast<unsigned char>(c) % 32];
  return out;
}

PolicyInfo describe(const Iam& iam, const std::string& account, const AwsManaged& p) {
  PolicyInfo out;
  out.name = p.name;
  out.path = p.path;
  out.arn = "arn:aws:iam::aws:policy" + out.path + out.name;
  out.id = id_of(out.arn);
  out.default_version = p.version;
  out.attachments = iam.attachments(account, out.arn);
  out.created = from_millis(p.created * 1000);
  out.updated = from_millis(p.updated * 1000);
  return out;
}

struct Create {
  std::string name;
  std::optional<std::string> path;
  std::string document;
  std::optional<std::string> description;
  std::vector<Tag> tags;
};

std::string new_arn(const Call& call, const Create& in) {
  return "arn:aws:iam::" + call.account + ":policy" + in.path.value_or("/") + in.name;
}

One create(Iam& iam, const Call& call, const Create& in) {
  check_tags(in.tags);
  check_managed(in.document);
  const std::vector<ManagedPolicy*> existing = iam.policies_in(call.account);
  if (std::ranges::any_of(existing, [&](const ManagedPolicy* p) { return iequals(p->name, in.name); }))
    throw kEntityAlreadyExists("A policy called " + in.name +
                               " already exists. Duplicate names are not allowed.");
  if (existing.size() >= kMaxPolicies)
    throw kLimitExceeded("Cannot exceed quota for PoliciesPerAccount: " + std::to_string(kMaxPolicies));
  ManagedPolicy policy;
  policy.account = call.account;
  policy.name = in.name;
  policy.path = in.path.value_or("/");
  policy.id = iam.new_id("ANPA");
  policy.description = in.description;
  policy.created = policy.updated = call.now;
  policy.versions.push_back({1, in.document, call.now});
  policy.tags = in.tags;
  const ManagedPolicy& added = iam.add_policy(std::move(policy));
  One out{describe(iam, added)};
  out.policy.tags = added.tags;
  return out;
}

struct ByArn {
  std::string arn;
};

One get(Iam& iam, const Call& call, const ByArn& in) {
  check_arn(in.arn);
  if (const AwsManaged* aws = find_aws_managed(in.arn)) return {describe(iam, call.account, *aws)};
  const ManagedPolicy& policy = iam.need_policy(in.arn);
  One out{describe(iam, policy)};
  out.policy.description = policy.description;
  out.policy.tags = policy.tags;
  return out;
}

Empty remove(Iam& iam, const Call&, const ByArn& in) {
  check_arn(in.arn);
  const ManagedPolicy& policy = iam.need_policy(in.arn);
  if (iam.attachments(policy.account, in.arn) > 0)
    throw kDeleteConflict("Cannot delete a policy attached to entities.");
  if (policy.versions.size() > 1)
    throw kDeleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy.");
  iam.remove_policy(policy);
  return {};
}

struct List : Paged {
  std::optional<std::string> scope, prefix, usage;
  bool only_attached = false;
};
struct Policies {
  std::vector<PolicyInfo> policies;
  bool truncated = false;
  std::optional<std::string> marker;
};

Policies list(Iam& iam, const Call& call, const List& in) {
  const std::string scope = in.scope.value_or("All"), prefix = in.prefix.value_or("/");
  std::vector<PolicyInfo> found;
  // No policy is used as a boundary.
  const bool none = in.usage == "PermissionsBoundary" && in.only_attached;
  if (scope != "AWS" && !none)
    for (const ManagedPolicy* policy : iam.policies_in(call.account)) found.push_back(describe(iam, *policy));
  if (scope != "Local" && !none)
    for (const AwsManaged& policy : aws_managed()) found.push_back(describe(iam, call.account, policy));
  std::erase_if(found, [&](const PolicyInfo& p) {
    return !p.path.starts_with(prefix) || (in.only_attached && p.attachments == 0);
  });
  std::ranges::sort(found, {}, &PolicyInfo::arn);
  std::vector<std::string> keys;
  for (const PolicyInfo& policy : found) keys.push_back(policy.arn);
  const Slice page = slice(keys, in.marker, in.max_items);
  Policies out;
  for (std::size_t i = page.begin; i < page.end; ++i) out.policies.push_back(std::move(found[i]));
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

struct EntityInfo {
  std::string name, id;
};
struct RoleRef : EntityInfo {
  static Shape shape() { return {optional<&RoleRef::name>("RoleName"), optional<&RoleRef::id>("RoleId")}; }
};
struct UserRef : EntityInfo {
  static Shape shape() { return {optional<&UserRef::name>("UserName"), optional<&UserRef::id>("UserId")}; }
};
struct Entities {
  std::vector<Nothing> groups;
  std::vector<UserRef> users;
  std::vector<RoleRef> roles;
  bool truncated = false;
  std::optional<std::string> marker;
};
struct ListEntities : Paged {
  std::string arn;
  std::optional<std::string> filter, prefix, usage;
};

Entities entities(Iam& iam, const Call& call, const ListEntities& in) {
  check_arn(in.arn);
  if (find_aws_managed(in.arn) == nullptr) iam.need_policy(in.arn);
  std::vector<const Identity*> found;
  std::vector<std::string> keys;
  for (const Kind kind : {Kind::role, Kind::user}) {
    if (in.filter && *in.filter != (kind == Kind::role ? "Role" : "User")) continue;
    if (in.usage == "PermissionsBoundary") continue;
    for (const Identity* identity : iam.identities(kind, call.account)) {
      if (!identity->attached.contains(in.arn) || !identity->path.starts_with(in.prefix.value_or("/")))
        continue;
      found.push_back(identity);
      keys.push_back(std::string(kind_name(kind)) + "/" + lower(identity->name));
    }
  }
  const Slice page = slice(keys, in.marker, in.max_items);
  Entities out;
  for (std::size_t i = page.begin; i < page.end; ++i) {
    if (found[i]->kind == Kind::role)
      out.roles.push_back({{found[i]->name, found[i]->id}});
    else
      out.users.push_back({{found[i]->name, found[i]->id}});
  }
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

}  // namespace

Operation create_policy() {
  return operation<Iam, Create, One>({
      .name = "CreatePolicy",
      .action = "iam:CreatePolicy",
      .resource = [](Iam&, const Call& call, const Create& in) { return new_arn(call, in); },
      .input = {required<&Create::name>("PolicyName", name_traits(128)),
                optional<&Create::path>("Path", policy_path_traits()),
                required<&Create::document>("PolicyDocument", document_traits()),
                optional<&Create::description>("Description", {.max = 1000}),
                optional<&Create::tags>("Tags", tags_traits())},
      .output = {required<&One::policy>("Policy")},
      .errors = {kEntityAlreadyExists, kLimitExceeded, kMalformedPolicyDocument, kInvalidInput},
      .handle = create,
  });
}

Operation get_policy() {
  return operation<Iam, ByArn, One>({
      .name = "GetPolicy",
      .action = "iam:GetPolicy",
      .resource = [](Iam&, const Call&, const ByArn& in) { return in.arn; },
      .input = {required<&ByArn::arn>("PolicyArn", arn_traits())},
      .output = {required<&One::policy>("Policy")},
      .errors = {kNoSuchEntity, kInvalidInput},
      .handle = get,
  });
}

Operation delete_policy() {
  return operation<Iam, ByArn, Empty>({
      .name = "DeletePolicy",
      .action = "iam:DeletePolicy",
      .resource = [](Iam&, const Call&, const ByArn& in) { return in.arn; },
      .input = {required<&ByArn::arn>("PolicyArn", arn_traits())},
      .errors = {kNoSuchEntity, kDeleteConflict, kInvalidInput},
      .handle = remove,
  });
}

Operation list_policies() {
  return operation<Iam, List, Policies>({
      .name = "ListPolicies",
      .action = "iam:ListPolicies",
      .input = {optional<&List::scope>("Scope", {.one_of = {"All", "AWS", "Local"}}),
                optional<&List::only_attached>("OnlyAttached"),
                optional<&List::prefix>("PathPrefix", policy_path_traits()),
                optional<&List::usage>("PolicyUsageFilter",
                                       {.one_of = {"PermissionsPolicy", "PermissionsBoundary"}}),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Policies::policies>("Policies"), required<&Policies::truncated>("IsTruncated"),
                 optional<&Policies::marker>("Marker")},
      .errors = {kValidationError},
      .handle = list,
  });
}

Operation list_entities_for_policy() {
  return operation<Iam, ListEntities, Entities>({
      .name = "ListEntitiesForPolicy",
      .action = "iam:ListEntitiesForPolicy",
      .resource = [](Iam&, const Call&, const ListEntities& in) { return in.arn; },
      .input = {required<&ListEntities::arn>("PolicyArn", arn_traits()),
                optional<&ListEntities::filter>(
                    "EntityFilter",
                    {.one_of = {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}}),
                optional<&ListEntities::prefix>("PathPrefix", path_traits()),
                optional<&ListEntities::usage>("PolicyUsageFilter",
                                               {.one_of = {"PermissionsPolicy", "PermissionsBoundary"}}),
                optional<&ListEntities::marker>("Marker", marker_traits()),
                optional<&ListEntities::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Entities::groups>("PolicyGroups"), required<&Entities::users>("PolicyUsers"),
                 required<&Entities::roles>("PolicyRoles"), required<&Entities::truncated>("IsTruncated"),
                 optional<&Entities::marker>("Marker")},
      .errors = {kNoSuchEntity, kInvalidInput, kValidationError},
      .handle = entities,
  });
}

}  // namespace puddle::iam
