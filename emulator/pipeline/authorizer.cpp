// How the decisions of identity policies, resource policies and trust policies combine.
#include "pipeline/authorizer.hpp"

#include <algorithm>
#include <unordered_set>

#include "aws/arn.hpp"
#include "aws/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "languages/policy/evaluate.hpp"

namespace puddle {
namespace {

using policy::Decision;
using policy::Named;
using policy::Verdict;

constexpr std::size_t kMaxRemembered = 1000;

policy::Caller caller_of(const Principal& p) {
  return {static_cast<policy::Caller::Kind>(p.kind), p.account, p.arn, p.role_arn, p.user_id};
}
static_assert(static_cast<int>(Principal::Kind::anonymous) ==
              static_cast<int>(policy::Caller::Kind::anonymous));
static_assert(static_cast<int>(Principal::Kind::service) == static_cast<int>(policy::Caller::Kind::service));
static_assert(static_cast<int>(Principal::Kind::role) == static_cast<int>(policy::Caller::Kind::role));

std::string_view principal_type(const Principal& p) {
  switch (p.kind) {
    case Principal::Kind::root:
      return "Account";
    case Principal::Kind::user:
      return "User";
    case Principal::Kind::role:
      return "AssumedRole";
    default:
      return "Anonymous";
  }
}

/// The condition keys that every request has; those of the operation win.
policy::Context make_context(const Call& call, std::string_view resource_account,
                             const ConditionContext& own) {
  policy::Context c = own;
  const auto set = [&c](const char* key, std::string_view value) {
    if (!value.empty()) c.try_emplace(key, std::vector<std::string>{std::string(value)});
  };
  const Principal& p = call.principal;
  if (p.kind == Principal::Kind::service) {
    set("aws:principalisawsservice", "true");
    set("aws:principalservicename", p.arn);
    c.try_emplace("aws:principalservicenameslist", std::vector<std::string>{p.arn});
  } else {
    set("aws:principalisawsservice", "false");
    set("aws:principalarn", p.kind == Principal::Kind::role ? p.role_arn : p.arn);
    set("aws:principalaccount", p.account);
    set("aws:principaltype", principal_type(p));
    set("aws:userid", p.user_id);
    if (p.kind == Principal::Kind::user) set("aws:username", p.arn.substr(p.arn.rfind('/') + 1));
  }
  set("aws:sourcearn", call.source_arn);
  set("aws:sourceaccount", call.source_account);
  set("aws:sourceowner", call.source_account.empty() ? p.account : call.source_account);
  if (call.now != Time()) {
    set("aws:currenttime", iso8601(call.now, Millis::none));
    set("aws:epochtime", std::to_string(to_seconds(call.now)));
  }
  set("aws:sourceip", call.source_ip == "in-process" ? std::string_view("127.0.0.1") : call.source_ip);
  // Plain HTTP is how everybody speaks to a local emulator; policies that insist on TLS shall work unchanged.
  set("aws:securetransport", "true");
  set("aws:requestedregion", call.region);
  set("aws:useragent", call.user_agent);
  set("aws:resourceaccount", resource_account);
  return c;
}

/// AWS shows SQS actions in lower case and SNS ones with their service in upper case.
std::string shown(std::string_view action) {
  if (action.starts_with("sqs:")) return lower(action);
  if (action.starts_with("sns:")) return "SNS:" + std::string(action.substr(4));
  return std::string(action);
}

std::string refusal(const Principal& p, std::string_view action, std::string_view resource,
                    std::string_view tail) {
  std::string out = p.kind == Principal::Kind::anonymous ? "User: anonymous" : "User: " + p.arn;
  out += " is not authorized to perform: " + shown(action) + " on resource: ";
  out += resource;
  out += tail;
  return out;
}

std::string because(std::string_view kind, std::string_view action) {
  return " because no " + std::string(kind) + " allows the " + shown(action) + " action";
}

}  // namespace

struct PolicyAuthorizer::Impl {
  policy::Cache cache;
  std::unordered_set<std::string> told;  ///< refusals that were logged already
  const policy::Context no_context;

  struct Documents {
    std::vector<std::shared_ptr<const policy::Document>> identity;
    std::shared_ptr<const policy::Document> resource;
    bool needs_context = false;
  };

  Documents documents(const PolicySource& source, const Principal& principal,
                      std::string_view resource_policy) {
    Documents out;
    if (principal.kind == Principal::Kind::user || principal.kind == Principal::Kind::role) {
      for (const PolicySource::Policy& p : source.policies(principal)) {
        auto document = cache.get(p.document);
        if (!document) continue;
        out.needs_context = out.needs_context || document->needs_context;
        out.identity.push_back(std::move(document));
      }
    }
    if (!resource_policy.empty()) out.resource = cache.get(resource_policy);
    if (out.resource) out.needs_context = out.needs_context || out.resource->needs_context;
    return out;
  }
};

PolicyAuthorizer::PolicyAuthorizer(PolicySource& source, AuthMode mode, Denied denied)
    : impl_(std::make_unique<Impl>()), source_(source), mode_(mode), denied_(std::move(denied)) {}
PolicyAuthorizer::~PolicyAuthorizer() = default;

void PolicyAuthorizer::require(const Call& call, std::string_view action, std::string_view resource,
                               std::string_view resource_policy, const ConditionContext& context) {
  if (mode_ == AuthMode::off) return;
  const std::string why = why_denied(call, action, resource, resource_policy, context);
  if (why.empty()) return;
  if (denied_) denied_(call, action, resource, why);
  if (mode_ == AuthMode::enforce) throw AwsError("AccessDenied", why, 403);
  if (impl_->told.size() >= kMaxRemembered) impl_->told.clear();
  if (impl_->told.insert(why).second) PUDDLE_LOG(warn, "iam", "would be refused: " + why);
}

std::string PolicyAuthorizer::why_denied(const Call& call, std::string_view action, std::string_view resource,
                                         std::string_view resource_policy, const ConditionContext& context) {
  const Principal& p = call.principal;
  if (action.empty() || action == "sts:GetCallerIdentity") return {};
  const auto arn = Arn::parse(resource);
  const std::string_view owner = arn && !arn->account.empty() ? std::string_view(arn->account) : call.account;
  const bool same_account = p.account == owner;
  const bool root = p.kind == Principal::Kind::root;
  // Only an explicit deny of a resource policy stops the root of the account.
  if (root && same_account && resource_policy.find("Deny") == std::string_view::npos) return {};

  const Impl::Documents docs = impl_->documents(source_, p, resource_policy);
  const policy::Context made = docs.needs_context ? make_context(call, owner, context) : policy::Context();
  const policy::Request request{action, resource, docs.needs_context ? made : impl_->no_context};

  const Verdict theirs = docs.resource ? policy::evaluate(*docs.resource, request, caller_of(p)) : Verdict();
  if (theirs.decision == Decision::explicit_deny)
    return refusal(p, action, resource, " with an explicit deny in a resource-based policy");
  bool identity_allows = root;
  for (const auto& document : docs.identity) {
    const Verdict verdict = policy::evaluate(*document, request);
    if (verdict.decision == Decision::explicit_deny)
      return refusal(p, action, resource, " with an explicit deny in an identity-based policy");
    identity_allows = identity_allows || verdict.decision == Decision::allow;
  }
  const bool resource_allows = theirs.decision == Decision::allow;
  if (p.kind == Principal::Kind::service || p.kind == Principal::Kind::anonymous)
    return resource_allows ? std::string()
                           : refusal(p, action, resource, because("resource-based policy", action));
  if (same_account) {
    // Naming the account only delegates to its identity policies; naming the caller allows on its own.
    if (identity_allows || (resource_allows && theirs.named >= Named::role)) return {};
    return refusal(p, action, resource, because("identity-based policy", action));
  }
  if (!identity_allows) return refusal(p, action, resource, because("identity-based policy", action));
  return resource_allows ? std::string()
                         : refusal(p, action, resource, because("resource-based policy", action));
}

std::string PolicyAuthorizer::why_not_assumable(const PolicySource::Role& role, const Principal& by,
                                                const ConditionContext& own) {
  constexpr std::string_view kAction = "sts:AssumeRole";
  const auto trust = impl_->cache.get(role.trust_policy);
  Call call;
  call.principal = by;
  call.account = by.account;
  if (by.kind == Principal::Kind::service) call.source_account = by.account;
  const auto arn = Arn::parse(role.arn);
  const std::string_view owner = arn ? std::string_view(arn->account) : std::string_view();
  const policy::Context context = make_context(call, owner, own);
  const policy::Request request{kAction, role.arn, context};
  const Verdict verdict = trust ? policy::evaluate(*trust, request, caller_of(by)) : Verdict();
  if (verdict.decision == Decision::explicit_deny)
    return refusal(by, kAction, role.arn, " with an explicit deny in a role trust policy");
  if (verdict.decision != Decision::allow)
    return refusal(by, kAction, role.arn, because("role trust policy", kAction));
  if (by.kind != Principal::Kind::user && by.kind != Principal::Kind::role) return {};
  const bool same_account = by.account == owner;
  if (same_account && verdict.named >= Named::role) return {};
  bool allowed = false;
  for (const PolicySource::Policy& p : source_.policies(by)) {
    const auto document = impl_->cache.get(p.document);
    if (!document) continue;
    const Verdict one = policy::evaluate(*document, request);
    if (one.decision == Decision::explicit_deny)
      return refusal(by, kAction, role.arn, " with an explicit deny in an identity-based policy");
    allowed = allowed || one.decision == Decision::allow;
  }
  return allowed ? std::string() : refusal(by, kAction, role.arn, because("identity-based policy", kAction));
}

}  // namespace puddle
