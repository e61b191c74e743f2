// Access: what the pipeline and the services need to know of identities and policies without knowing IAM's
// folder.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/call.hpp"
#include "base/time.hpp"

namespace puddle {

/// Identity side, implemented by services/iam.
class PolicySource {
 public:
  struct Role {
    std::string arn, id, trust_policy;
    Duration max_session{3'600'000};
  };
  struct Policy {
    std::string name;  ///< for reasons: "arn:aws:iam::...:policy/X" or "inline policy X"
    std::string document;
  };
  virtual ~PolicySource() = default;
  virtual std::optional<Role> role(std::string_view role_arn) const = 0;
  /// Every identity policy of a user or role; empty for others. Permissions boundaries are not identity
  /// policies.
  virtual std::vector<Policy> policies(const Principal& principal) const = 0;
  /// Long-term access keys of users.
  struct Key {
    std::string secret;
    Principal principal;
  };
  virtual std::optional<Key> access_key(std::string_view id) const = 0;
};

struct Credentials {
  std::string access_key, secret_key, session_token;
  Time expiration;
};

/// Temporary credentials: rows, so that they survive a restart. Implemented by the pipeline.
class Sessions {
 public:
  virtual ~Sessions() = default;
  /// Credentials of a session of the role; the trust policy has been checked by the caller.
  virtual Credentials assume(const PolicySource::Role& role, std::string_view session_name, Time now,
                             Duration lifetime) = 0;
};

enum class AuthMode { off, warn, enforce };

/// Condition context of a request: lower-case key -> values.
using ConditionContext = std::map<std::string, std::vector<std::string>>;

/// Decides; implemented by the pipeline. In warn mode a refusal is logged with its reason and allowed.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual AuthMode mode() const = 0;
  /// Throws AccessDenied (as the service words it) in enforce mode when the principal may not.
  /// resource_policy: the resource's own policy document, empty for none.
  virtual void require(const Call& call, std::string_view action, std::string_view resource,
                       std::string_view resource_policy = {}, const ConditionContext& context = {}) = 0;
  /// The same as an answer: empty when allowed, else the reason. Ignores the mode.
  virtual std::string why_denied(const Call& call, std::string_view action, std::string_view resource,
                                 std::string_view resource_policy = {},
                                 const ConditionContext& context = {}) = 0;
  /// Whether a service ("lambda.amazonaws.com") may assume the role by its trust policy: empty or the reason.
  /// context: condition keys of the call, sts:ExternalId for one.
  virtual std::string why_not_assumable(const PolicySource::Role& role, const Principal& by,
                                        const ConditionContext& context = {}) = 0;
};

}  // namespace puddle
