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
  if (action == "*") return {};
  const auto pair = cut(action, ":");
  if (!pair) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (pair->first.empty() || !std::ranges::all_of(pair->first, plain))
    return "Vendor " + std::string(pair->first) + " is not valid";
  if (pair->second.find(':') != std::string_view::npos)
    return "Actions/Condition can contain only one colon.";
  return {};
}

std::string check_resource(const std::string& resource) {
  if (resource == "*") return {};
  const auto parts = split(resource, ':');
  const bool open = resource.find('*') != std::string::npos;
  if (parts.size() < 2 || parts[0] != "arn")
    return "Resource " + resource + " must be in ARN format or \"*\".";
  if (parts.size() < 6 && !open)
    return "Resource " + resource + " must be in ARN format or \"*\".";
  return {};
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

std::string check_conditions(const Value& block) {
  if (!block.is_map()) return std::string(kSyntax);
  for (const auto& [name, keys] : block.map()) {
    if (parse_operator(name).op == Operator::unknown) return "Invalid Condition type : " + name + ".";
    if (!keys.is_map()) return std::string(kSyntax);
    for (const auto& [key, values] : keys.map()) {
      if (key.find(':') == std::string::npos)
        return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
      const bool structured = values.is_map() || values.is_null();
      if (structured) return std::string(kSyntax);
    }
  }
  return {};
}

std::string check_members(const Value& s, Kind kind) {
  for (const auto& [name, value] : s.map()) {
    const bool known = name == "Sid" || name == "Effect" || name == "Action" || name == "NotAction" ||
                       name == "Resource" || name == "NotResource" || name == "Principal" ||
                       name == "NotPrincipal" || name == "Condition";
    if (!known) return std::string(kSyntax);
    if ((name == "Resource" || name == "NotResource") && kind == Kind::trust) return "Has prohibited field Resource";
    if ((name == "Principal" || name == "NotPrincipal") && kind == Kind::identity)
      return "Policy document should not specify a principal.";
  }
  const bool both = (s.find("Action") && s.find("NotAction")) || (s.find("Resource") && s.find("NotResource")) ||
                    (s.find("Principal") && s.find("NotPrincipal"));
  return both ? std::string(kSyntax) : std::string();
}

std::string check_trust_action(const std::string& action) {
  const std::string low = lower(action);
  if (low == "*") return "AssumeRole policy may only specify STS AssumeRole actions.";
  return low.starts_with("sts:") ? std::string() : "AssumeRole policy may only specify STS AssumeRole actions.";
}

std::string check_statement(const Value& s, Kind kind, std::set<std::string>& sids) {
  if (!s.is_map()) return std::string(kSyntax);
  if (std::string why = check_members(s, kind); !why.empty()) return why;
  if (const Value* sid = s.find("Sid")) {
    if (!sid->is_text()) return std::string(kSyntax);
    const auto alnum = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    if (kind != Kind::resource && !std::ranges::all_of(sid->text(), alnum))
      return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
             "[0-9A-Za-z]*";
    if (!sid->text().empty() && !sids.insert(sid->text()).second)
      return "Statement IDs (SID) in a single policy must be unique.";
  }
  const std::string_view effect = s.text_or("Effect");
  if (effect != "Allow" && effect != "Deny") return std::string(kSyntax);
  const Value* action = s.find("Action") ? s.find("Action") : s.find("NotAction");
  if (action == nullptr || is_empty(*action)) return "Policy statement must contain actions.";
  if (!is_texts(*action)) return std::string(kSyntax);
  if (std::string why = each_text(*action, check_action); !why.empty()) return why;
  if (kind == Kind::trust)
    if (std::string why = each_text(*action, check_trust_action); !why.empty()) return why;
  const Value* principal = s.find("Principal") ? s.find("Principal") : s.find("NotPrincipal");
  if (kind != Kind::identity) {
    if (principal == nullptr) return kind == Kind::trust ? "Missing required field Principal" : std::string(kSyntax);
    if (std::string why = check_principal(*principal); !why.empty()) return why;
  }
  const Value* resource = s.find("Resource") ? s.find("Resource") : s.find("NotResource");
  if (kind == Kind::identity && (resource == nullptr || is_empty(*resource)))
    return "Policy statement must contain resources.";
  if (resource != nullptr) {
    if (!is_texts(*resource)) return std::string(kSyntax);
    if (std::string why = each_text(*resource, check_resource); !why.empty()) return why;
  }
  if (const Value* block = s.find("Condition")) return check_conditions(*block);
  return {};
}

}  // namespace

std::string why_malformed(std::string_view text, Kind kind) {
  const std::string_view content = trim(text);
  if (content.empty() || content.front() != '{') return "Syntax error at position (1,1)";
  Result<Value> json = wire::parse_json(content, {.max_depth = 20});
  if (!json) return "This policy contains invalid Json";
  if (!json->is_map()) return std::string(kSyntax);
  for (const auto& [name, value] : json->map())
    if (name != "Version" && name != "Id" && name != "Statement") return std::string(kSyntax);
  if (const Value* version = json->find("Version")) {
    if (!version->is_text()) return std::string(kSyntax);
    if (version->text() != "2012-10-17" && version->text() != "2008-10-17") return std::string(kSyntax);
  } else if (kind == Kind::identity) {
    return "Policy document must be version 2012-10-17 or greater.";
  }
  if (kind == Kind::identity && json->text_or("Version") != "2012-10-17")
    return "Policy document must be version 2012-10-17 or greater.";
  const Value* statement = json->find("Statement");
  if (statement == nullptr) return std::string(kSyntax);
  std::set<std::string> sids;
  if (!statement->is_list()) return check_statement(*statement, kind, sids);
  if (statement->list().empty()) return std::string(kSyntax);
  for (const Value& s : statement->list())
    if (std::string why = check_statement(s, kind, sids); !why.empty()) return why;
  return {};
}

}  // namespace puddle::policy
