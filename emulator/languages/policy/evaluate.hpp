// Evaluation of one policy document against one request, with the statement that decided. How the decisions
// of several documents combine is the authoriser's affair. Pure functions; any thread; nothing fails.
#pragma once
#include <string>
#include <string_view>

#include "languages/policy/document.hpp"
#include "languages/policy/match.hpp"

namespace puddle::policy {

/// Who asks, as principals are written in policies.
struct Caller {
  enum class Kind { root, user, role, service, anonymous } kind = Kind::root;
  std::string_view account;
  std::string_view arn;       ///< of the user or session; of a service its name
  std::string_view role_arn;  ///< role sessions: the ARN of the role
  std::string_view user_id;   ///< AIDA..., AROA...:session
};

/// How closely a statement names the caller; more is closer.
enum class Named { no, account, role, direct };

enum class Decision { implicit_deny, allow, explicit_deny };

struct Verdict {
  Decision decision = Decision::implicit_deny;
  Named named = Named::no;               ///< of the closest allowing statement, in documents with principals
  const Statement* statement = nullptr;  ///< that decided; null for implicit_deny
};

struct Request {
  std::string_view action;    ///< any case
  std::string_view resource;  ///< ARN or "*"
  const Context& context;
};

/// An identity policy, a permissions boundary or a session policy: the statements name no principal.
Verdict evaluate(const Document& document, const Request& request);
/// A resource policy or a role's trust policy.
Verdict evaluate(const Document& document, const Request& request, const Caller& caller);

/// How an entry of a Principal element names the caller.
Named names(const PrincipalEntry& entry, const Caller& caller);
bool holds(const Condition& condition, const Context& context);

}  // namespace puddle::policy
