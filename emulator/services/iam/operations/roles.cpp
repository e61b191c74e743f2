// Roles: create, describe, change and delete.
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct Create {
  std::optional<std::string> path;
  std::string name, trust;
  std::optional<std::string> description;
  std::optional<int> max_session;
  std::optional<std::string> boundary;
  std::vector<Tag> tags;
};
struct One {
  RoleInfo role;
};
struct Name {
  std::string name;
};

template <class In>
std::string resource(Iam& iam, const Call& call, const In& in) {
  return iam.arn_of(Kind::role, call.account, in.name);
}

One create(Iam& iam, const Call& call, const Create& in) {
  refuse_boundary(in.boundary);
  check_tags(in.tags);
  check_trust(in.trust);
  if (iam.find(Kind::role, call.account, in.name))
    throw kEntityAlreadyExists("Role with name " + in.name + " already exists.");
  if (iam.identities(Kind::role, call.account).size() >= kMaxRoles)
    throw kLimitExceeded("Cannot exceed quota for RolesPerAccount: " + std::to_string(kMaxRoles));
  Identity role;
  role.kind = Kind::role;
  role.account = call.account;
  role.name = in.name;
  role.path = in.path.value_or("/");
  role.id = iam.new_id("AROA");
  role.trust = in.trust;
  role.description = in.description;
  role.max_session = in.max_session.value_or(3600);
  role.created = call.now;
  role.tags = in.tags;
  const Identity& added = iam.add(std::move(role));
  One out{describe_role(added)};
  out.role.tags = added.tags;
  return out;
}

One get(Iam& iam, const Call& call, const Name& in) {
  const Identity& role = iam.need(Kind::role, call.account, in.name);
  One out{describe_role(role)};
  out.role.max_session = role.max_session;
  out.role.tags = role.tags;
  out.role.last_used = Nothing{};
  return out;
}

struct List : Paged {
  std::optional<std::string> prefix;
};
struct Roles {
  std::vector<RoleInfo> roles;
  bool truncated = false;
  std::optional<std::string> marker;
};

Roles list(Iam& iam, const Call& call, const List& in) {
  std::vector<Identity*> found;
  std::vector<std::string> keys;
  for (Identity* role : iam.identities(Kind::role, call.account)) {
    if (!role->path.starts_with(in.prefix.value_or("/"))) continue;
    found.push_back(role);
    keys.push_back(lower(role->name));
  }
  const Slice page = slice(keys, in.marker, in.max_items);
  Roles out;
  for (std::size_t i = page.begin; i < page.end; ++i) {
    out.roles.push_back(describe_role(*found[i]));
    out.roles.back().max_session = found[i]->max_session;
  }
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

Empty remove(Iam& iam, const Call& call, const Name& in) {
  const Identity& role = iam.need(Kind::role, call.account, in.name);
  if (!role.attached.empty()) throw kDeleteConflict("Cannot delete entity, must detach all policies first.");
  if (!role.inline_policies.empty())
    throw kDeleteConflict("Cannot delete entity, must delete policies first.");
  iam.remove(role);
  return {};
}

struct Update {
  std::string name;
  std::optional<std::string> description;
  std::optional<int> max_session;
};

Identity updated(Iam& iam, const Call& call, const Update& in) {
  Identity changed = iam.need(Kind::role, call.account, in.name);
  if (in.description) changed.description = in.description;
  if (in.max_session) changed.max_session = *in.max_session;
  return changed;
}

Empty update(Iam& iam, const Call& call, const Update& in) {
  iam.save(iam.need(Kind::role, call.account, in.name), updated(iam, call, in));
  return {};
}

One update_description(Iam& iam, const Call& call, const Update& in) {
  Identity& role = iam.need(Kind::role, call.account, in.name);
  iam.save(role, updated(iam, call, in));
  One out{describe_role(role)};
  out.role.max_session = role.max_session;
  return out;
}

struct Trust {
  std::string name, document;
};

Empty update_trust(Iam& iam, const Call& call, const Trust& in) {
  Identity& role = iam.need(Kind::role, call.account, in.name);
  check_trust(in.document);
  Identity changed = role;
  changed.trust = in.document;
  iam.save(role, std::move(changed));
  return {};
}

/// There are no instance profiles, so no role has any; tools ask before they delete a role.
struct Profiles {
  std::vector<Nothing> profiles;
  bool truncated = false;
};
struct NamePaged : Paged {
  std::string name;
};
Profiles instance_profiles(Iam& iam, const Call& call, const NamePaged& in) {
  iam.need(Kind::role, call.account, in.name);
  return {};
}

wire::Traits description_traits() {
  return {.max = 1000, .pattern = "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*"};
}
wire::Traits session_traits() { return {.min = 3600, .max = 43'200}; }

}  // namespace

Operation create_role() {
  return operation<Iam, Create, One>({
      .name = "CreateRole",
      .action = "iam:CreateRole",
      .resource = resource<Create>,
      .input = {optional<&Create::path>("Path", path_traits()),
                required<&Create::name>("RoleName", name_traits(64)),
                required<&Create::trust>("AssumeRolePolicyDocument", document_traits()),
                optional<&Create::description>("Description", description_traits()),
                optional<&Create::max_session>("MaxSessionDuration", session_traits()),
                optional<&Create::boundary>("PermissionsBoundary", arn_traits()),
                optional<&Create::tags>("Tags", tags_traits())},
      .output = {required<&One::role>("Role")},
      .errors = {kEntityAlreadyExists, kLimitExceeded, kMalformedPolicyDocument, kInvalidInput},
      .handle = create,
  });
}

Operation get_role() {
  return operation<Iam, Name, One>({
      .name = "GetRole",
      .action = "iam:GetRole",
      .resource = resource<Name>,
      .input = {required<&Name::name>("RoleName", name_traits(64))},
      .output = {required<&One::role>("Role")},
      .errors = {kNoSuchEntity},
      .handle = get,
  });
}

Operation list_roles() {
  return operation<Iam, List, Roles>({
      .name = "ListRoles",
      .action = "iam:ListRoles",
      .input = {optional<&List::prefix>("PathPrefix", prefix_traits()),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Roles::roles>("Roles"), required<&Roles::truncated>("IsTruncated"),
                 optional<&Roles::marker>("Marker")},
      .errors = {kValidationError},
      .handle = list,
  });
}

Operation delete_role() {
  return operation<Iam, Name, Empty>({
      .name = "DeleteRole",
      .action = "iam:DeleteRole",
      .resource = resource<Name>,
      .input = {required<&Name::name>("RoleName", name_traits(64))},
      .errors = {kNoSuchEntity, kDeleteConflict},
      .handle = remove,
  });
}

Operation update_role() {
  return operation<Iam, Update, Empty>({
      .name = "UpdateRole",
      .action = "iam:UpdateRole",
      .resource = resource<Update>,
      .input = {required<&Update::name>("RoleName", name_traits(64)),
                optional<&Update::description>("Description", description_traits()),
                optional<&Update::max_session>("MaxSessionDuration", session_traits())},
      .errors = {kNoSuchEntity},
      .handle = update,
  });
}

Operation update_role_description() {
  return operation<Iam, Update, One>({
      .name = "UpdateRoleDescription",
      .action = "iam:UpdateRoleDescription",
      .resource = resource<Update>,
      .input = {required<&Update::name>("RoleName", name_traits(64)),
                required<&Update::description>("Description", description_traits())},
      .output = {required<&One::role>("Role")},
      .errors = {kNoSuchEntity},
      .handle = update_description,
  });
}

Operation update_assume_role_policy() {
  return operation<Iam, Trust, Empty>({
      .name = "UpdateAssumeRolePolicy",
      .action = "iam:UpdateAssumeRolePolicy",
      .resource = resource<Trust>,
      .input = {required<&Trust::name>("RoleName", name_traits(64)),
                required<&Trust::document>("PolicyDocument", document_traits())},
      .errors = {kNoSuchEntity, kMalformedPolicyDocument, kLimitExceeded},
      .handle = update_trust,
  });
}

Operation list_instance_profiles_for_role() {
  return operation<Iam, NamePaged, Profiles>({
      .name = "ListInstanceProfilesForRole",
      .action = "iam:ListInstanceProfilesForRole",
      .resource = resource<NamePaged>,
      .input = {required<&NamePaged::name>("RoleName", name_traits(64)),
                optional<&NamePaged::marker>("Marker", marker_traits()),
                optional<&NamePaged::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Profiles::profiles>("InstanceProfiles"),
                 required<&Profiles::truncated>("IsTruncated")},
      .errors = {kNoSuchEntity},
      .handle = instance_profiles,
  });
}

}  // namespace puddle::iam
