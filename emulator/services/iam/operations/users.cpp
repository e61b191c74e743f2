// Users: create, describe and delete.
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct Create {
  std::optional<std::string> path;
  std::string name;
  std::optional<std::string> boundary;
  std::vector<Tag> tags;
};
struct One {
  UserInfo user;
};
struct Name {
  std::string name;
};
struct MaybeName {
  std::optional<std::string> name;
};

template <class In>
std::string resource(Iam& iam, const Call& call, const In& in) {
  return iam.arn_of(Kind::user, call.account, in.name);
}

One create(Iam& iam, const Call& call, const Create& in) {
  refuse_boundary(in.boundary);
  check_tags(in.tags);
  if (iam.find(Kind::user, call.account, in.name))
    throw kEntityAlreadyExists("User with name " + in.name + " already exists.");
  if (iam.identities(Kind::user, call.account).size() >= kMaxUsers)
    throw kLimitExceeded("Cannot exceed quota for UsersPerAccount: " + std::to_string(kMaxUsers));
  Identity user;
  user.kind = Kind::user;
  user.account = call.account;
  user.name = in.name;
  user.path = in.path.value_or("/");
  user.id = iam.new_id("AIDA");
  user.created = call.now;
  user.tags = in.tags;
  const Identity& added = iam.add(std::move(user));
  One out{describe_user(added)};
  out.user.tags = added.tags;
  return out;
}

/// The caller when no name is given.
std::string name_or_caller(const Call& call, const MaybeName& in) {
  if (in.name) return *in.name;
  if (call.principal.kind != Principal::Kind::user)
    throw kValidationError("Must specify userName when calling with non-User credentials");
  return call.principal.arn.substr(call.principal.arn.rfind('/') + 1);
}

One get(Iam& iam, const Call& call, const MaybeName& in) {
  const Identity& user = iam.need(Kind::user, call.account, name_or_caller(call, in));
  One out{describe_user(user)};
  out.user.tags = user.tags;
  return out;
}

struct List : Paged {
  std::optional<std::string> prefix;
};
struct Users {
  std::vector<UserInfo> users;
  bool truncated = false;
  std::optional<std::string> marker;
};

Users list(Iam& iam, const Call& call, const List& in) {
  std::vector<Identity*> found;
  std::vector<std::string> keys;
  for (Identity* user : iam.identities(Kind::user, call.account)) {
    if (!user->path.starts_with(in.prefix.value_or("/"))) continue;
    found.push_back(user);
    keys.push_back(lower(user->name));
  }
  const Slice page = slice(keys, in.marker, in.max_items);
  Users out;
  for (std::size_t i = page.begin; i < page.end; ++i) out.users.push_back(describe_user(*found[i]));
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

Empty remove(Iam& iam, const Call& call, const Name& in) {
  const Identity& user = iam.need(Kind::user, call.account, in.name);
  if (!user.attached.empty()) throw kDeleteConflict("Cannot delete entity, must detach all policies first.");
  if (!user.inline_policies.empty())
    throw kDeleteConflict("Cannot delete entity, must delete policies first.");
  if (!iam.keys_of(user).empty())
    throw kDeleteConflict("Cannot delete entity, must delete access keys first.");
  iam.remove(user);
  return {};
}

/// There are no groups, so no user is in any; tools ask before they delete a user.
struct Groups {
  std::vector<Nothing> groups;
  bool truncated = false;
};
struct NamePaged : Paged {
  std::string name;
};
Groups groups(Iam& iam, const Call& call, const NamePaged& in) {
  iam.need(Kind::user, call.account, in.name);
  return {};
}

}  // namespace

Operation create_user() {
  return operation<Iam, Create, One>({
      .name = "CreateUser",
      .action = "iam:CreateUser",
      .resource = resource<Create>,
      .input = {optional<&Create::path>("Path", path_traits()),
                required<&Create::name>("UserName", name_traits(64)),
                optional<&Create::boundary>("PermissionsBoundary", arn_traits()),
                optional<&Create::tags>("Tags", tags_traits())},
      .output = {required<&One::user>("User")},
      .errors = {kEntityAlreadyExists, kLimitExceeded, kInvalidInput},
      .handle = create,
  });
}

Operation get_user() {
  return operation<Iam, MaybeName, One>({
      .name = "GetUser",
      .action = "iam:GetUser",
      .resource =
          [](Iam& iam, const Call& call, const MaybeName& in) {
            return in.name ? iam.arn_of(Kind::user, call.account, *in.name) : call.principal.arn;
          },
      .input = {optional<&MaybeName::name>("UserName", name_traits(128))},
      .output = {required<&One::user>("User")},
      .errors = {kNoSuchEntity, kValidationError},
      .handle = get,
  });
}

Operation list_users() {
  return operation<Iam, List, Users>({
      .name = "ListUsers",
      .action = "iam:ListUsers",
      .input = {optional<&List::prefix>("PathPrefix", prefix_traits()),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Users::users>("Users"), required<&Users::truncated>("IsTruncated"),
                 optional<&Users::marker>("Marker")},
      .errors = {kValidationError},
      .handle = list,
  });
}

Operation delete_user() {
  return operation<Iam, Name, Empty>({
      .name = "DeleteUser",
      .action = "iam:DeleteUser",
      .resource = resource<Name>,
      .input = {required<&Name::name>("UserName", name_traits(128))},
      .errors = {kNoSuchEntity, kDeleteConflict},
      .handle = remove,
  });
}

Operation list_groups_for_user() {
  return operation<Iam, NamePaged, Groups>({
      .name = "ListGroupsForUser",
      .action = "iam:ListGroupsForUser",
      .resource = resource<NamePaged>,
      .input = {required<&NamePaged::name>("UserName", name_traits(128)),
                optional<&NamePaged::marker>("Marker", marker_traits()),
                optional<&NamePaged::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Groups::groups>("Groups"), required<&Groups::truncated>("IsTruncated")},
      .errors = {kNoSuchEntity},
      .handle = groups,
  });
}

}  // namespace puddle::iam
