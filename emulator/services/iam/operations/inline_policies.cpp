// Inline policies of roles and users; the two families differ in the name of one member.
#include "services/iam/support.hpp"

namespace puddle::iam {
namespace {

struct Put {
  std::string owner, name, document;
};
struct Ref {
  std::string owner, name;
};
struct Got {
  std::string owner, name, document;
};

template <Kind kKind, class In>
std::string resource(Iam& iam, const Call& call, const In& in) {
  return iam.arn_of(kKind, call.account, in.owner);
}

template <Kind kKind>
Empty put(Iam& iam, const Call& call, const Put& in) {
  Identity& identity = iam.need(kKind, call.account, in.owner);
  check_document(in.document, policy::Kind::identity);
  std::size_t size = size_without_blanks(in.document);
  for (const auto& [name, document] : identity.inline_policies)
    if (name != in.name) size += size_without_blanks(document);
  const std::size_t limit = kKind == Kind::role ? kMaxRoleInline : kMaxUserInline;
  if (size > limit)
    throw kLimitExceeded("Maximum policy size of " + std::to_string(limit) + " bytes exceeded for " +
                         std::string(kind_name(kKind)) + " " + identity.name);
  iam.put_inline(identity, in.name, in.document);
  return {};
}

template <Kind kKind>
Identity& need_inline(Iam& iam, const Call& call, const Ref& in) {
  Identity& identity = iam.need(kKind, call.account, in.owner);
  if (!identity.inline_policies.contains(in.name))
    throw kNoSuchEntity("The " + std::string(kind_name(kKind)) + " policy with name " + in.name +
                        " cannot be found.");
  return identity;
}

template <Kind kKind>
Got get(Iam& iam, const Call& call, const Ref& in) {
  const Identity& identity = need_inline<kKind>(iam, call, in);
  return {identity.name, in.name, url_encode(identity.inline_policies.at(in.name))};
}

template <Kind kKind>
Empty remove(Iam& iam, const Call& call, const Ref& in) {
  iam.drop_inline(need_inline<kKind>(iam, call, in), in.name);
  return {};
}

struct List : Paged {
  std::string owner;
};
struct Names {
  std::vector<std::string> names;
  bool truncated = false;
  std::optional<std::string> marker;
};

template <Kind kKind>
Names list(Iam& iam, const Call& call, const List& in) {
  const Identity& identity = iam.need(kKind, call.account, in.owner);
  std::vector<std::string> keys;
  for (const auto& [name, document] : identity.inline_policies) keys.push_back(name);
  const Slice page = slice(keys, in.marker, in.max_items);
  Names out;
  for (std::size_t i = page.begin; i < page.end; ++i) out.names.push_back(keys[i]);
  out.truncated = page.marker.has_value();
  out.marker = page.marker;
  return out;
}

template <Kind kKind>
Operation put_operation(std::string_view name, std::string_view action) {
  return operation<Iam, Put, Empty>({
      .name = name,
      .action = action,
      .resource = resource<kKind, Put>,
      .input = {required<&Put::owner>(name_member(kKind), existing_traits(kKind)),
                required<&Put::name>("PolicyName", name_traits(128)),
                required<&Put::document>("PolicyDocument", document_traits())},
      .errors = {kNoSuchEntity, kMalformedPolicyDocument, kLimitExceeded},
      .handle = put<kKind>,
  });
}

template <Kind kKind>
Operation get_operation(std::string_view name, std::string_view action) {
  return operation<Iam, Ref, Got>({
      .name = name,
      .action = action,
      .resource = resource<kKind, Ref>,
      .input = {required<&Ref::owner>(name_member(kKind), existing_traits(kKind)),
                required<&Ref::name>("PolicyName", name_traits(128))},
      .output = {required<&Got::owner>(name_member(kKind)), required<&Got::name>("PolicyName"),
                 required<&Got::document>("PolicyDocument")},
      .errors = {kNoSuchEntity},
      .handle = get<kKind>,
  });
}

template <Kind kKind>
Operation delete_operation(std::string_view name, std::string_view action) {
  return operation<Iam, Ref, Empty>({
      .name = name,
      .action = action,
      .resource = resource<kKind, Ref>,
      .input = {required<&Ref::owner>(name_member(kKind), existing_traits(kKind)),
                required<&Ref::name>("PolicyName", name_traits(128))},
      .errors = {kNoSuchEntity},
      .handle = remove<kKind>,
  });
}

template <Kind kKind>
Operation list_operation(std::string_view name, std::string_view action) {
  return operation<Iam, List, Names>({
      .name = name,
      .action = action,
      .resource = resource<kKind, List>,
      .input = {required<&List::owner>(name_member(kKind), existing_traits(kKind)),
                optional<&List::marker>("Marker", marker_traits()),
                optional<&List::max_items>("MaxItems", max_items_traits())},
      .output = {required<&Names::names>("PolicyNames"), required<&Names::truncated>("IsTruncated"),
                 optional<&Names::marker>("Marker")},
      .errors = {kNoSuchEntity, kValidationError},
      .handle = list<kKind>,
  });
}

}  // namespace

Operation put_role_policy() { return put_operation<Kind::role>("PutRolePolicy", "iam:PutRolePolicy"); }
Operation get_role_policy() { return get_operation<Kind::role>("GetRolePolicy", "iam:GetRolePolicy"); }
Operation delete_role_policy() {
  return delete_operation<Kind::role>("DeleteRolePolicy", "iam:DeleteRolePolicy");
}
Operation list_role_policies() {
  return list_operation<Kind::role>("ListRolePolicies", "iam:ListRolePolicies");
}
Operation put_user_policy() { return put_operation<Kind::user>("PutUserPolicy", "iam:PutUserPolicy"); }
Operation get_user_policy() { return get_operation<Kind::user>("GetUserPolicy", "iam:GetUserPolicy"); }
Operation delete_user_policy() {
  return delete_operation<Kind::user>("DeleteUserPolicy", "iam:DeleteUserPolicy");
}
Operation list_user_policies() {
  return list_operation<Kind::user>("ListUserPolicies", "iam:ListUserPolicies");
}

}  // namespace puddle::iam
