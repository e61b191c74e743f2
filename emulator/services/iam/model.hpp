// What IAM keeps: roles and users (identities), managed policies, access keys. Plain data; engine thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "wire/shape.hpp"

namespace puddle::iam {

enum class Kind { role, user };
constexpr std::string_view kind_name(Kind kind) { return kind == Kind::role ? "role" : "user"; }

struct Tag {
  std::string key, value;
  static wire::Shape shape() {
    return {wire::required<&Tag::key>("Key", {.min = 1, .max = 128}),
            wire::required<&Tag::value>("Value", {.min = 0, .max = 256})};
  }
};

struct Identity {
  Kind kind = Kind::role;
  std::string account, name, path, id;
  std::string trust;  ///< roles: the trust policy
  std::optional<std::string> description;
  int max_session = 3600;
  Time created;
  std::map<std::string, std::string> inline_policies;
  std::set<std::string> attached;  ///< ARNs
  std::vector<Tag> tags;
  std::string arn() const {
    return "arn:aws:iam::" + account + ":" + std::string(kind_name(kind)) + path + name;
  }
};

struct PolicyVersion {
  std::int64_t number = 1;
  std::string document;
  Time created;
};

struct ManagedPolicy {
  std::string account, name, path, id;
  std::optional<std::string> description;
  std::int64_t default_version = 1, last_version = 1;
  Time created, updated;
  std::vector<PolicyVersion> versions;  ///< oldest first
  std::vector<Tag> tags;
  std::string arn() const { return "arn:aws:iam::" + account + ":policy" + path + name; }
};

struct AccessKey {
  std::string id, account, user, secret;  ///< user: name in lower case
  bool active = true;
  Time created;
};

}  // namespace puddle::iam
