// Tags of roles, users and customer managed policies.
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

enum class Owner { role, user, policy };

struct Put {
  std::string owner;
  std::vector<Tag> tags;
};
struct Drop {
  std::string owner;
  std::vector<std::string> keys;
};
struct List : Paged {
  std::string owner;
};
struct Tags {
  std::vector<Tag> tags;
  bool truncated = false;
  std::optional<std::string> marker;
};

constexpr Kind kind_of(Owner owner) { return owner == Owner::role ? Kind::role : Kind::user; }

template <Owner kOwner>
auto& need(Iam& iam, const Call& call, const std::string& owner) {
  if constexpr (kOwner == Owner::policy)
    return iam.need_policy(owner);
  else
    return iam.need(kind_of(kOwner), call.account, owner);
}

template <Owner kOwner, class In>
std::string resource(Iam& iam, const Call& call, const In& in) {
  if constexpr (kOwner == Owner::policy)
    return in.owner;
  else
    return iam.arn_of(kind_of(kOwner), call.account, in.owner);
}

template <Owner kOwner>
Empty put(Iam& iam, const Call& call, const Put& in) {
  auto& owner = need<kOwner>(iam, call, in.owner);
  check_tags(in.tags);
  std::vector<Tag> tags = owner.tags;
  for (const Tag& tag : in.tags) {
    const auto same = std::ranges::find_if(tags, [&](const Tag& t) { return iequals(t.key, tag.key); });
    if (same == tags.end())
      tags.push_back(tag);
    else
      *same = tag;
  }
  if (tags.size() > kMaxTags)
    throw kLimitExceeded("The number of tags has reached the maximum limit of " + std::to_string(kMaxTags) +
                         ".");
  iam.put_tags(owner, std::move(tags));
  return {};
}

template <Owner kOwner>
Empty drop(Iam& iam, const Call& call, const Drop& in) {
  auto& owner = need<kOwner>(iam, call, in.owner);
  std::vector<Tag> tags = owner.tags;
  for (const std::string& key : in.keys)
    std::erase_if(tags, [&](const Tag& t) { return iequals(t.key, key); });
  iam.put_tags(owner, std::move(tags));
  return {};
}

template <Owner kOwner>
Tags list(Iam& iam, const Call& call, const List& in) {
  std::vector<Tag> tags = need<kOwner>(iam, call, in.owner).tags;
  std::ranges::sort(tags, {}, &Tag::key);
  std::vector<std::string> keys;
  for (const Tag& tag : tags) keys.push_back(tag.key);
  const Slice page = slice(keys, in.marker, in.max_items);
  Tags out;
  for (std::size_t i = page.begin; i < page.end; ++i) out.tags.push_back(tags[i]);
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

template <Owner kOwner>
std::string_view member() {
  return kOwner == Owner::policy ? std::string_view("PolicyArn") : name_member(kind_of(kOwner));
}
template <Owner kOwner>
wire::Traits traits() {
  return kOwner == Owner::policy ? arn_traits() : existing_traits(kind_of(kOwner));
}

template <Owner kOwner>
Operation put_operation(std::string_view name, std::string_view action) {
  return operation<Iam, Put, Empty>({
      .name = name,
      .action = action,
      .resource = resource<kOwner, Put>,
      .input = {required<&Put::owner>(member<kOwner>(), traits<kOwner>()),
                required<&Put::tags>("Tags", tags_traits())},
      .errors = {kNoSuchEntity, kLimitExceeded, kInvalidInput},
      .handle = put<kOwner>,
  });
}

template <Owner kOwner>
Operation drop_operation(std::string_view name, std::string_view action) {
  return operation<Iam, Drop, Empty>({
      .name = name,
      .action = action,
      .resource = resource<kOwner, Drop>,
      .input = {required<&Drop::owner>(member<kOwner>(), traits<kOwner>()),
                required<&Drop::keys>("TagKeys", tags_traits())},
      .errors = {kNoSuchEntity},
      .handle = drop<kOwner>,
  });
}

template <Owner kOwner>
Operation list_operation(std::string_view name, std::string_view action) {
  return operation<Iam, List, Tags>({
      .name = name,
      .action = action,
      .resource = resource<kOwner, List>,
      .input = {required<&List::owner>(member<kOwner>(), traits<kOwner>()),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Tags::tags>("Tags"), required<&Tags::truncated>("IsTruncated"),
                 optional<&Tags::marker>("Marker")},
      .errors = {kNoSuchEntity, kValidationError},
      .handle = list<kOwner>,
  });
}

}  // namespace

Operation tag_role() { return put_operation<Owner::role>("TagRole", "iam:TagRole"); }
Operation untag_role() { return drop_operation<Owner::role>("UntagRole", "iam:UntagRole"); }
Operation list_role_tags() { return list_operation<Owner::role>("ListRoleTags", "iam:ListRoleTags"); }
Operation tag_user() { return put_operation<Owner::user>("TagUser", "iam:TagUser"); }
Operation untag_user() { return drop_operation<Owner::user>("UntagUser", "iam:UntagUser"); }
Operation list_user_tags() { return list_operation<Owner::user>("ListUserTags", "iam:ListUserTags"); }
Operation tag_policy() { return put_operation<Owner::policy>("TagPolicy", "iam:TagPolicy"); }
Operation untag_policy() { return drop_operation<Owner::policy>("UntagPolicy", "iam:UntagPolicy"); }
Operation list_policy_tags() { return list_operation<Owner::policy>("ListPolicyTags", "iam:ListPolicyTags"); }

}  // namespace puddle::iam
