// What the operations of IAM share: traits of parameters, structures of answers, paging and checks of
// documents. Engine thread; checks throw AwsError.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "languages/policy/grammar.hpp"
#include "services/iam/iam.hpp"
#include "services/iam/limits.hpp"

namespace puddle::iam {

inline wire::Traits name_traits(std::int64_t max) {
  return {.min = 1, .max = max, .pattern = "[\\w+=,.@-]+"};
}
inline wire::Traits path_traits() {
  return {.min = 1, .max = 512, .pattern = "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)"};
}
inline wire::Traits prefix_traits() { return {.min = 1, .max = 512, .pattern = "\\u002F[\\u0021-\\u007F]*"}; }
inline wire::Traits policy_path_traits() {
  return {.min = 1, .max = 512, .pattern = "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/"};
}
inline wire::Traits document_traits() {
  return {.min = 1, .max = 131'072, .pattern = "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"};
}
inline wire::Traits arn_traits() { return {.min = 20, .max = 2048}; }
inline wire::Traits marker_traits() { return {.min = 1, .max = 320, .pattern = "[\\u0020-\\u00FF]+"}; }
inline wire::Traits max_items_traits() { return {.min = 1, .max = 1000}; }
inline wire::Traits version_traits() { return {.pattern = "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"}; }
inline wire::Traits tags_traits() { return {.max = 50}; }
/// "RoleName" or "UserName", with what IAM allows in it.
inline std::string_view name_member(Kind kind) { return kind == Kind::role ? "RoleName" : "UserName"; }
inline wire::Traits existing_traits(Kind kind) { return name_traits(kind == Kind::role ? 64 : 128); }

/// A structure without members: RoleLastUsed of a role that nobody used.
struct Nothing {
  static Shape shape() { return {}; }
};

struct RoleInfo {
  std::string path, name, id, arn;
  Time created;
  std::string trust;
  std::optional<std::string> description;
  std::optional<int> max_session;
  std::vector<Tag> tags;
  std::optional<Nothing> last_used;
  static Shape shape() {
    return {required<&RoleInfo::path>("Path"),
            required<&RoleInfo::name>("RoleName"),
            required<&RoleInfo::id>("RoleId"),
            required<&RoleInfo::arn>("Arn"),
            required<&RoleInfo::created>("CreateDate"),
            optional<&RoleInfo::trust>("AssumeRolePolicyDocument"),
            optional<&RoleInfo::description>("Description"),
            optional<&RoleInfo::max_session>("MaxSessionDuration"),
            optional<&RoleInfo::tags>("Tags"),
            optional<&RoleInfo::last_used>("RoleLastUsed")};
  }
};
inline RoleInfo describe_role(const Identity& i) {
  return {.path = i.path,
          .name = i.name,
          .id = i.id,
          .arn = i.arn(),
          .created = i.created,
          .trust = url_encode(i.trust),
          .description = i.description,
          .max_session = {},
          .tags = {},
          .last_used = {}};
}

struct UserInfo {
  std::string path, name, id, arn;
  Time created;
  std::vector<Tag> tags;
  static Shape shape() {
    return {required<&UserInfo::path>("Path"),          required<&UserInfo::name>("UserName"),
            required<&UserInfo::id>("UserId"),          required<&UserInfo::arn>("Arn"),
            required<&UserInfo::created>("CreateDate"), optional<&UserInfo::tags>("Tags")};
  }
};
inline UserInfo describe_user(const Identity& i) {
  return {.path = i.path, .name = i.name, .id = i.id, .arn = i.arn(), .created = i.created, .tags = {}};
}

struct Paged {
  std::optional<std::string> marker;
  std::optional<int> max_items;
};

struct Slice {
  std::size_t begin = 0, end = 0;
  std::optional<std::string> marker;  ///< of the next page
};
/// The page of sorted keys that Marker and MaxItems ask for. A marker is the last key shown.
inline Slice slice(const std::vector<std::string>& keys, const std::optional<std::string>& marker,
                   const std::optional<int>& max_items) {
  Slice out;
  if (marker) {
    const auto last = from_base64(*marker);
    if (!last) throw kValidationError("Invalid Marker.");
    const auto same = std::ranges::find(keys, *last);
    const auto next = same != keys.end() ? same + 1 : std::ranges::upper_bound(keys, *last);
    out.begin = static_cast<std::size_t>(next - keys.begin());
  }
  out.end = std::min(keys.size(), out.begin + static_cast<std::size_t>(max_items.value_or(100)));
  if (out.end < keys.size()) out.marker = base64(keys[out.end - 1]);
  return out;
}

inline void check_document(const std::string& text, policy::Kind kind) {
  if (std::string why = policy::why_malformed(text, kind); !why.empty())
    throw kMalformedPolicyDocument(std::move(why));
}
/// Length as the quotas count it.
inline std::size_t size_without_blanks(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return c != ' ' && c != '\n' && c != '\r' && c != '\t'; }));
}
inline void check_trust(const std::string& text) {
  check_document(text, policy::Kind::trust);
  if (size_without_blanks(text) > kMaxTrustSize)
    throw kLimitExceeded("Cannot exceed quota for ACLSizePerRole: " + std::to_string(kMaxTrustSize));
}
inline void check_managed(const std::string& text) {
  check_document(text, policy::Kind::identity);
  if (size_without_blanks(text) > kMaxPolicySize)
    throw kLimitExceeded("Cannot exceed quota for PolicySize: " + std::to_string(kMaxPolicySize));
}
/// Tag keys are unique without regard to case.
inline void check_tags(const std::vector<Tag>& tags) {
  for (std::size_t i = 0; i < tags.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (iequals(tags[i].key, tags[j].key))
        throw kInvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
}
inline std::string version_id(std::int64_t number) {
  std::string out("v");
  out += std::to_string(number);
  return out;
}
inline void check_arn(const std::string& arn) {
  if (!Arn::parse(arn)) throw kInvalidInput("ARN " + arn + " is not valid.");
}
/// Permissions boundaries are not simulated: a role that seems to be bounded but isn't would be worse than an
/// error.
inline void refuse_boundary(const std::optional<std::string>& boundary) {
  if (boundary) throw kInvalidInput("The parameter PermissionsBoundary is not supported by Puddle.");
}

}  // namespace puddle::iam
