#include "languages/policy/evaluate.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace puddle::policy {
namespace {

bool action_fits(const Statement& s, std::string_view action) {
  const bool listed =
      std::ranges::any_of(s.actions, [&](const std::string& a) { return action_match(a, action); });
  return listed != s.not_action;
}

enum class Source { identity, resource };

bool has_wildcard(std::string_view text) {
  return text.find(kStar) != std::string_view::npos || text.find(kAny) != std::string_view::npos;
}

bool resource_fits(const Statement& s, const Request& request, Source source) {
  if (!s.has_resource) return source == Source::resource;  // trust policies have none
  bool listed = false;
  for (const Pattern& pattern : s.resources) {
    const auto fits = [&](std::string_view text) {
      const bool pad = source == Source::identity || has_wildcard(text);
      return arn_match(text, request.resource, pad ? Pad::yes : Pad::no);
    };
    if (!pattern.variables) {
      listed = fits(pattern.text);
    } else if (const auto text = expand(pattern, request.context)) {
      listed = fits(*text);
    } else {
      if (s.not_resource) return false;  // a variable without a value: the statement does not apply
      continue;
    }
    if (listed) break;
  }
  return listed != s.not_resource;
}

bool conditions_hold(const Statement& s, const Context& context) {
  return std::ranges::all_of(s.conditions, [&](const Condition& c) { return holds(c, context); });
}

/// Whether a NotPrincipal list spares the caller of a Deny: everything that names it must be listed.
bool spared(const Statement& s, const Caller& caller) {
  const auto listed = [&](Named level) {
    return std::ranges::any_of(s.principals,
                               [&](const PrincipalEntry& e) { return names(e, caller) == level; });
  };
  if (std::ranges::any_of(s.principals,
                          [](const PrincipalEntry& e) { return e.kind == PrincipalEntry::Kind::any; }))
    return true;
  switch (caller.kind) {
    case Caller::Kind::user:
      return listed(Named::direct) && listed(Named::account);
    case Caller::Kind::role:
      return listed(Named::direct) && listed(Named::role) && listed(Named::account);
    default:
      return listed(Named::direct);
  }
}

Named principal_fit(const Statement& s, const Caller& caller) {
  if (!s.has_principal) return Named::no;
  Named closest = Named::no;
  for (const PrincipalEntry& entry : s.principals) closest = std::max(closest, names(entry, caller));
  if (!s.not_principal) return closest;
  if (s.effect == Effect::deny) return spared(s, caller) ? Named::no : Named::direct;
  return closest == Named::no ? Named::direct : Named::no;
}

/// Account delegation and deny: a Deny that names the account, or the role, denies all of its principals.
template <class Fit>
Verdict decide(const Document& document, const Request& request, Source source, Fit fit) {
  Verdict verdict;
  const std::string action = lower(request.action);
  for (const Statement& s : document.statements) {
    if (!action_fits(s, action)) continue;
    const Named named = fit(s);
    if (named == Named::no) continue;
    if (!resource_fits(s, request, source) || !conditions_hold(s, request.context)) continue;
    if (s.effect == Effect::deny) return {Decision::explicit_deny, named, &s};
    if (verdict.decision == Decision::implicit_deny || named > verdict.named)
      verdict = {Decision::allow, named, &s};
  }
  return verdict;
}

}  // namespace

Named names(const PrincipalEntry& entry, const Caller& caller) {
  using Kind = PrincipalEntry::Kind;
  switch (entry.kind) {
    case Kind::any:
      return Named::direct;
    case Kind::service:
      return caller.kind == Caller::Kind::service && entry.value == caller.arn ? Named::direct : Named::no;
    case Kind::account:
      if (caller.kind == Caller::Kind::service || caller.kind == Caller::Kind::anonymous) return Named::no;
      if (entry.value != caller.account) return Named::no;
      return caller.kind == Caller::Kind::root ? Named::direct : Named::account;
    case Kind::arn: {
      if (caller.kind != Caller::Kind::user && caller.kind != Caller::Kind::role) return Named::no;
      if (entry.value == caller.arn || entry.value == caller.user_id) return Named::direct;
      if (caller.kind == Caller::Kind::user || entry.value.empty()) return Named::no;
      const std::string_view role_id = caller.user_id.substr(0, caller.user_id.find(':'));
      return entry.value == caller.role_arn || entry.value == role_id ? Named::role : Named::no;
    }
    case Kind::other:
      break;
  }
  return Named::no;
}

Verdict evaluate(const Document& document, const Request& request) {
  return decide(document, request, Source::identity,
                [](const Statement& s) { return s.has_principal ? Named::no : Named::direct; });
}

Verdict evaluate(const Document& document, const Request& request, const Caller& caller) {
  return decide(document, request, Source::resource,
                [&](const Statement& s) { return principal_fit(s, caller); });
}

}  // namespace puddle::policy
