#include "languages/policy/grammar.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "languages/policy/document.hpp"
#include "wire/json.hpp"

namespace puddle::policy {
namespace {

using wire::Value;

constexpr std::string_view kSyntax = "Syntax errors in policy.";

/// One text or a non-empty list of texts.
bool is_texts(const Value& value) {
  if (value.is_text()) return true;
  return value.is_list() && std::ranges::all_of(value.list(), [](const Value& v) { return v.is_text(); });
}

template <class F>
std::string each_text(const Value& value, F check) {
  if (value.is_text()) return check(value.text());
  for (const Value& v : value.list())
    if (std::string why = check(v.text()); !why.empty()) return why;
  return {};
}

bool is_empty(const Value& value) { return value.is_list() && value.list().empty(); }

std::string check_action(const std::string& action) {
  const auto parts = split(action, ':');
  if (parts.size() == 1 && action != "*")
    return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (parts.size() > 2) return "Actions/Condition can contain only one colon.";
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (action != "*" && !std::ranges::all_of(parts[0], plain))
    return "Vendor " + std::string(parts[0]) + " is not valid";
  return {};
}

bool is_partition(std::string_view text) {
  return text == "*" || text == "aws" || text == "aws-cn" || text == "aws-us-gov" ||
         text.starts_with("aws-iso");
}

/// The ARN as AWS repeats it, with wildcards for what is missing.
std::string padded(const std::vector<std::string_view>& parts) {
  std::string out = "arn";
  for (std::size_t i = 1; i < std::max<std::size_t>(parts.size(), 6); ++i) {
    out += ':';
    out += i < parts.size() ? parts[i] : std::string_view("*");
  }
  return out;
}

std::string check_resource(const std::string& resource) {
  if (resource == "*") return {};
  const auto parts = split(resource, ':');
  if (parts.size() < 2) return "Resource " + resource + " must be in ARN format or \"*\".";
  if (!is_partition(parts[1]))
    return "Partition \"" + std::string(parts[1]) + "\" is not valid for resource \"" + padded(parts) + "\".";
  if (parts.size() < 3) return "Resource vendor must be fully qualified and cannot contain regexes.";
  return {};
}

/// What AWS's older parser stumbles over: it runs before the other checks.
bool legacy_parses(const std::string& resource) {
  if (resource == "*") return true;
  const auto parts = split(resource, ':');
  if (parts.size() < 3 || !is_partition(parts[1])) return true;  // check_resource has a better message
  return !parts[2].empty() && (parts.size() >= 6 || resource.find("::") == std::string::npos);
}

std::string check_principal(const Value& principal) {
  if (principal.is_text()) {
    if (principal.text() == "*") return {};
    return "Invalid principal in policy: \"STAR\":\"" + principal.text() + "\"";
  }
  if (!principal.is_map() || principal.map().empty()) return std::string(kSyntax);
  for (const auto& [type, names] : principal.map()) {
    if (type != "AWS" && type != "Service" && type != "Federated" && type != "CanonicalUser")
      return std::string(kSyntax);
    if (!is_texts(names) || is_empty(names)) return std::string(kSyntax);
    const bool aws = type == "AWS";
    std::string why = each_text(names, [&](const std::string& name) -> std::string {
      const bool unique_id = name.starts_with("AIDA") || name.starts_with("AROA");
      const bool account = name.size() == 12 && parse_int(name).has_value();
      if (!aws || name == "*" || unique_id || account) return {};
      const auto parts = split(name, ':');
      const bool arn = parts.size() == 6 && parts[0] == "arn" && (parts[2] == "iam" || parts[2] == "sts");
      if (arn && parts[4].size() == 12 && name.find('*') == std::string::npos) return {};
      return "Invalid principal in policy: \"AWS\":\"" + name + "\"";
    });
    if (!why.empty()) return why;
  }
  return {};
}

bool conditions_well_formed(const Value& block) {
  if (!block.is_map()) return false;
  for (const auto& [name, keys] : block.map()) {
    if (!keys.is_map()) return false;
    if (parse_operator(name).op == Operator::unknown && !keys.map().empty()) return false;
    for (const auto& [key, values] : keys.map())
      if (values.is_map() || values.is_null()) return false;
  }
  return true;
}

/// Members and their types; the first thing AWS looks at in all statements.
std::string check_syntax(const Value& s, Kind kind) {
  constexpr std::string_view kMembers[]{"Sid",         "Effect",    "Action",       "NotAction", "Resource",
                                        "NotResource", "Principal", "NotPrincipal", "Condition"};
  if (!s.is_map()) return std::string(kSyntax);
  for (const auto& [name, value] : s.map()) {
    if (std::ranges::find(kMembers, name) == std::end(kMembers)) return std::string(kSyntax);
    const bool resource = name == "Resource" || name == "NotResource";
    if (resource && kind == Kind::trust) return "Has prohibited field Resource";
    if ((name == "Principal" || name == "NotPrincipal") && kind == Kind::identity)
      return "Policy document should not specify a principal.";
    if ((resource || name == "Action" || name == "NotAction") && !is_texts(value))
      return std::string(kSyntax);
    if (name == "Sid" && !value.is_text()) return std::string(kSyntax);
    if (name == "Condition" && !conditions_well_formed(value)) return std::string(kSyntax);
  }
  const bool both = (s.find("Action") && s.find("NotAction")) ||
                    (s.find("Resource") && s.find("NotResource")) ||
                    (s.find("Principal") && s.find("NotPrincipal"));
  const std::string effect = lower(s.text_or("Effect"));
  return both || (effect != "allow" && effect != "deny") ? std::string(kSyntax) : std::string();
}

const Value* one_of(const Value& s, std::string_view name, std::string_view other) {
  const Value* found = s.find(name);
  return found != nullptr ? found : s.find(other);
}

std::string check_legacy(const Value& s, Kind kind) {
  const std::string_view effect = s.text_or("Effect");
  const Value* resource = one_of(s, "Resource", "NotResource");
  bool good = effect == "Allow" || effect == "Deny";
  if (resource != nullptr && kind != Kind::resource)
    each_text(*resource, [&good](const std::string& text) {
      good = good && legacy_parses(text);
      return std::string();
    });
  return good ? std::string() : "The policy failed legacy parsing";
}

std::string check_sid(const Value& s, std::set<std::string>& sids) {
  const std::string sid(s.text_or("Sid"));
  if (!sid.empty() && !sids.insert(sid).second)
    return "Statement IDs (SID) in a single policy must be unique.";
  return {};
}

std::string check_actions_exist(const Value& s, Kind) {
  const Value* action = one_of(s, "Action", "NotAction");
  return action == nullptr || is_empty(*action) ? "Policy statement must contain actions." : std::string();
}

// SQS, whose policies are of the kind "resource", takes any text.
std::string check_resources(const Value& s, Kind kind) {
  if (kind == Kind::resource) return {};
  const Value* resource = one_of(s, "Resource", "NotResource");
  return resource == nullptr ? std::string() : each_text(*resource, check_resource);
}

std::string check_actions(const Value& s, Kind kind) {
  const Value* action = one_of(s, "Action", "NotAction");
  std::string why = each_text(*action, check_action);
  if (!why.empty() || kind != Kind::trust) return why;
  return each_text(*action, [](const std::string& text) -> std::string {
    if (lower(text).starts_with("sts:")) return {};
    return "AssumeRole policy may only specify STS AssumeRole actions.";
  });
}

std::string check_resources_exist(const Value& s, Kind kind) {
  if (kind != Kind::identity) return {};
  const Value* resource = one_of(s, "Resource", "NotResource");
  return resource == nullptr || is_empty(*resource) ? "Policy statement must contain resources."
                                                    : std::string();
}

std::string check_principals(const Value& s, Kind kind) {
  if (kind == Kind::identity) return {};
  const Value* principal = one_of(s, "Principal", "NotPrincipal");
  if (principal != nullptr) return check_principal(*principal);
  return kind == Kind::trust ? "Missing required field Principal" : std::string(kSyntax);
}

}  // namespace

std::string why_malformed(std::string_view text, Kind kind) {
  Result<Value> json = wire::parse_json(text, {.max_depth = 20});
  if (!json) return kind == Kind::trust ? "This policy contains invalid Json" : std::string(kSyntax);
  if (!json->is_map()) return std::string(kSyntax);
  for (const auto& [name, value] : json->map())
    if (name != "Version" && name != "Id" && name != "Statement") return std::string(kSyntax);
  if (const Value* version = json->find("Version")) {
    const bool known =
        version->is_text() && (version->text() == "2012-10-17" || version->text() == "2008-10-17");
    if (!known) return std::string(kSyntax);
  }
  const Value* statement = json->find("Statement");
  if (statement == nullptr || is_empty(*statement)) return std::string(kSyntax);
  std::vector<const Value*> statements;
  if (statement->is_list()) {
    for (const Value& s : statement->list()) statements.push_back(&s);
  } else {
    statements.push_back(statement);
  }
  // AWS makes one check on all statements before it turns to the next one.
  for (const Value* s : statements)
    if (std::string why = check_syntax(*s, kind); !why.empty()) return why;
  if (kind == Kind::identity && json->text_or("Version") != "2012-10-17")
    return "Policy document must be version 2012-10-17 or greater.";
  for (const Value* s : statements)
    if (std::string why = check_legacy(*s, kind); !why.empty()) return why;
  std::set<std::string> sids;
  for (const Value* s : statements)
    if (std::string why = check_sid(*s, sids); !why.empty()) return why;
  for (const auto check :
       {check_actions_exist, check_resources, check_actions, check_resources_exist, check_principals})
    for (const Value* s : statements)
      if (std::string why = check(*s, kind); !why.empty()) return why;
  return {};
}

}  // namespace puddle::policy
