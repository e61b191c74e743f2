// Long-term access keys of users.
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct MaybeUser {
  std::optional<std::string> user;
};
struct KeyInfo {
  std::string user, id, status, secret;
  Time created;
  static Shape shape() {
    return {required<&KeyInfo::user>("UserName"), required<&KeyInfo::id>("AccessKeyId"),
            required<&KeyInfo::status>("Status"), required<&KeyInfo::secret>("SecretAccessKey"),
            optional<&KeyInfo::created>("CreateDate")};
  }
};
struct KeyMetadata {
  std::string user, id, status;
  Time created;
  static Shape shape() {
    return {optional<&KeyMetadata::user>("UserName"), optional<&KeyMetadata::id>("AccessKeyId"),
            optional<&KeyMetadata::status>("Status"), optional<&KeyMetadata::created>("CreateDate")};
  }
};
struct Created {
  KeyInfo key;
};

std::string_view status_of(const AccessKey& key) { return key.active ? "Active" : "Inactive"; }

Identity& user_or_caller(Iam& iam, const Call& call, const std::optional<std::string>& name) {
  if (name) return iam.need(Kind::user, call.account, *name);
  if (call.principal.kind != Principal::Kind::user)
    throw kValidationError("Must specify userName when calling with non-User credentials");
  return iam.need(Kind::user, call.account, call.principal.arn.substr(call.principal.arn.rfind('/') + 1));
}

template <class In>
std::string resource(Iam& iam, const Call& call, const In& in) {
  return in.user ? iam.arn_of(Kind::user, call.account, *in.user) : call.principal.arn;
}

Created create(Iam& iam, const Call& call, const MaybeUser& in) {
  const Identity& user = user_or_caller(iam, call, in.user);
  if (iam.keys_of(user).size() >= kMaxAccessKeys)
    throw kLimitExceeded("Cannot exceed quota for AccessKeysPerUser: " + std::to_string(kMaxAccessKeys));
  AccessKey key;
  key.id = iam.new_id("AKIA").substr(0, 20);
  key.account = user.account;
  key.user = lower(user.name);
  key.secret = iam.new_secret();
  key.created = call.now;
  const AccessKey& added = iam.add_key(std::move(key));
  return {{user.name, added.id, std::string(status_of(added)), added.secret, added.created}};
}

struct List : Paged {
  std::optional<std::string> user;
};
struct Keys {
  std::vector<KeyMetadata> keys;
  bool truncated = false;
  std::optional<std::string> marker;
};

Keys list(Iam& iam, const Call& call, const List& in) {
  const Identity& user = user_or_caller(iam, call, in.user);
  const std::vector<AccessKey*> found = iam.keys_of(user);
  std::vector<std::string> ids;
  for (const AccessKey* key : found) ids.push_back(key->id);
  const Slice page = slice(ids, in.marker, in.max_items);
  Keys out;
  for (std::size_t i = page.begin; i < page.end; ++i)
    out.keys.push_back({user.name, found[i]->id, std::string(status_of(*found[i])), found[i]->created});
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

struct Change {
  std::optional<std::string> user;
  std::string id, status;
};

AccessKey& need_key(Iam& iam, const Call& call, const Change& in) {
  const Identity& user = user_or_caller(iam, call, in.user);
  AccessKey* key = iam.find_key(in.id);
  if (key == nullptr || key->account != user.account || key->user != lower(user.name))
    throw kNoSuchEntity("The Access Key with id " + in.id + " cannot be found.");
  return *key;
}

Empty update(Iam& iam, const Call& call, const Change& in) {
  iam.set_key_active(need_key(iam, call, in), in.status == "Active");
  return {};
}

Empty remove(Iam& iam, const Call& call, const Change& in) {
  iam.remove_key(need_key(iam, call, in));
  return {};
}

wire::Traits key_traits() { return {.min = 16, .max = 128, .pattern = "[\\w]+"}; }

}  // namespace

Operation create_access_key() {
  return operation<Iam, MaybeUser, Created>({
      .name = "CreateAccessKey",
      .action = "iam:CreateAccessKey",
      .resource = resource<MaybeUser>,
      .input = {optional<&MaybeUser::user>("UserName", name_traits(128))},
      .output = {required<&Created::key>("AccessKey")},
      .errors = {kNoSuchEntity, kLimitExceeded, kValidationError},
      .handle = create,
  });
}

Operation list_access_keys() {
  return operation<Iam, List, Keys>({
      .name = "ListAccessKeys",
      .action = "iam:ListAccessKeys",
      .resource = resource<List>,
      .input = {optional<&List::user>("UserName", name_traits(128)),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Keys::keys>("AccessKeyMetadata"), required<&Keys::truncated>("IsTruncated"),
                 optional<&Keys::marker>("Marker")},
      .errors = {kNoSuchEntity, kValidationError},
      .handle = list,
  });
}

Operation update_access_key() {
  return operation<Iam, Change, Empty>({
      .name = "UpdateAccessKey",
      .action = "iam:UpdateAccessKey",
      .resource = resource<Change>,
      .input = {optional<&Change::user>("UserName", name_traits(128)),
                required<&Change::id>("AccessKeyId", key_traits()),
                required<&Change::status>("Status", {.one_of = {"Active", "Inactive"}})},
      .errors = {kNoSuchEntity, kValidationError},
      .handle = update,
  });
}

Operation delete_access_key() {
  return operation<Iam, Change, Empty>({
      .name = "DeleteAccessKey",
      .action = "iam:DeleteAccessKey",
      .resource = resource<Change>,
      .input = {optional<&Change::user>("UserName", name_traits(128)),
                required<&Change::id>("AccessKeyId", key_traits())},
      .errors = {kNoSuchEntity, kValidationError},
      .handle = remove,
  });
}

}  // namespace puddle::iam
