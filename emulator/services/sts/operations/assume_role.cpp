// AssumeRole: the role's trust policy decides, and in the caller's account its identity policies where the
// trust policy only names the account. Hence the check is made here and not by the dispatcher.
#include "aws/arn.hpp"
#include "base/log.hpp"
#include "services/sts/sts.hpp"

namespace puddle::sts {
namespace {

struct Tag {
  std::string key, value;
  static Shape shape() {
    return {required<&Tag::key>("Key", {.min = 1, .max = 128}),
            required<&Tag::value>("Value", {.min = 0, .max = 256})};
  }
};
struct PolicyArn {
  std::optional<std::string> arn;
  static Shape shape() { return {optional<&PolicyArn::arn>("arn", {.min = 20, .max = 2048})}; }
};
struct ProvidedContext {
  std::optional<std::string> provider, assertion;
  static Shape shape() {
    return {optional<&ProvidedContext::provider>("ProviderArn", {.min = 20, .max = 2048}),
            optional<&ProvidedContext::assertion>("ContextAssertion", {.min = 4, .max = 2048})};
  }
};
struct Input {
  std::string role_arn, session;
  std::vector<PolicyArn> policy_arns;
  std::optional<std::string> policy;
  std::optional<int> duration;
  std::vector<Tag> tags;
  std::vector<std::string> transitive;
  std::optional<std::string> external_id, serial, token, source_identity;
  std::vector<ProvidedContext> contexts;
};

struct CredentialsInfo {
  std::string access_key, secret, token;
  Time expiration;
  static Shape shape() {
    return {required<&CredentialsInfo::access_key>("AccessKeyId"),
            required<&CredentialsInfo::secret>("SecretAccessKey"),
            required<&CredentialsInfo::token>("SessionToken"),
            required<&CredentialsInfo::expiration>("Expiration")};
  }
};
struct AssumedUser {
  std::string id, arn;
  static Shape shape() {
    return {required<&AssumedUser::id>("AssumedRoleId"), required<&AssumedUser::arn>("Arn")};
  }
};
struct Output {
  CredentialsInfo credentials;
  AssumedUser user;
};

/// A session that seems to be narrowed, tagged or proved by a device but isn't would be worse than an error.
void refuse_unsupported(const Input& in) {
  const auto refuse = [](bool given, std::string_view name) {
    if (given) throw kValidationError("The parameter " + std::string(name) + " is not supported by Puddle.");
  };
  refuse(in.policy.has_value(), "Policy");
  refuse(!in.policy_arns.empty(), "PolicyArns");
  refuse(!in.tags.empty(), "Tags");
  refuse(!in.transitive.empty(), "TransitiveTagKeys");
  refuse(in.serial.has_value(), "SerialNumber");
  refuse(in.token.has_value(), "TokenCode");
  refuse(in.source_identity.has_value(), "SourceIdentity");
  refuse(!in.contexts.empty(), "ProvidedContexts");
}

/// The same text whether the role is missing or not: its existence is not revealed.
[[noreturn]] void deny(const Call& call, const std::string& role_arn) {
  throw kAccessDenied("User: " + call.principal.arn +
                      " is not authorized to perform: sts:AssumeRole on resource: " + role_arn);
}

void check_trust(Sts& sts, const Call& call, const PolicySource::Role& role, const Input& in) {
  Authorizer& authorizer = sts.deps().authorizer;
  if (authorizer.mode() == AuthMode::off) return;
  ConditionContext context;
  context["sts:rolesessionname"] = {in.session};
  if (in.external_id) context["sts:externalid"] = {*in.external_id};
  context["aws:currenttime"] = {iso8601(call.now, Millis::none)};
  context["aws:epochtime"] = {std::to_string(to_seconds(call.now))};
  if (!call.source_ip.empty() && call.source_ip != "in-process") context["aws:sourceip"] = {call.source_ip};
  const std::string why = authorizer.why_not_assumable(role, call.principal, context);
  if (why.empty()) return;
  if (authorizer.mode() == AuthMode::enforce) deny(call, in.role_arn);
  PUDDLE_LOG(warn, "sts", "would be refused: " + why);
}

Output handle(Sts& sts, const Call& call, const Input& in) {
  refuse_unsupported(in);
  const auto arn = Arn::parse(in.role_arn);
  if (!arn || arn->service != "iam") throw kValidationError(in.role_arn + " is invalid");
  const auto role = sts.deps().policies.role(in.role_arn);
  if (!role) deny(call, in.role_arn);
  check_trust(sts, call, *role, in);
  const Duration lifetime = std::chrono::seconds(in.duration.value_or(3600));
  if (lifetime > role->max_session)
    throw kValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  if (call.principal.kind == Principal::Kind::role && lifetime > std::chrono::hours(1))
    throw kValidationError(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining.");
  const Credentials credentials = sts.deps().sessions.assume(*role, in.session, call.now, lifetime);
  const Principal session = Principal::role(role->arn, in.session, role->id);
  return {{credentials.access_key, credentials.secret_key, credentials.session_token, credentials.expiration},
          {session.user_id, session.arn}};
}

}  // namespace

Operation assume_role() {
  return operation<Sts, Input, Output>({
      .name = "AssumeRole",
      .action = "sts:AssumeRole",
      .resource = [](Sts&, const Call&, const Input& in) { return in.role_arn; },
      .input = {required<&Input::role_arn>("RoleArn", {.min = 20, .max = 2048}),
                required<&Input::session>("RoleSessionName",
                                          {.min = 2, .max = 64, .pattern = "[\\w+=,.@-]*"}),
                optional<&Input::policy_arns>("PolicyArns"), optional<&Input::policy>("Policy", {.min = 1}),
                optional<&Input::duration>("DurationSeconds", {.min = 900, .max = 43'200}),
                optional<&Input::tags>("Tags", {.max = 50}),
                optional<&Input::transitive>("TransitiveTagKeys", {.max = 50}),
                optional<&Input::external_id>("ExternalId",
                                              {.min = 2, .max = 1224, .pattern = "[\\w+=,.@:\\/-]*"}),
                optional<&Input::serial>("SerialNumber", {.min = 9, .max = 256}),
                optional<&Input::token>("TokenCode", {.min = 6, .max = 6}),
                optional<&Input::source_identity>("SourceIdentity", {.min = 2, .max = 64}),
                optional<&Input::contexts>("ProvidedContexts", {.min = 1, .max = 5})},
      .output = {required<&Output::credentials>("Credentials"), required<&Output::user>("AssumedRoleUser")},
      .errors = {kAccessDenied, kValidationError},
      .access = Access::anyone,
      .handle = handle,
  });
}

}  // namespace puddle::sts
