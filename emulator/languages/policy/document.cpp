#include "languages/policy/document.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "languages/policy/match.hpp"
#include "wire/json.hpp"

namespace puddle::policy {
namespace {

using wire::Value;

constexpr std::size_t kMaxDocument = 256 * 1024;

/// Texts of a member that may be one text or a list; booleans and numbers as AWS reads them in conditions.
std::vector<std::string> texts(const Value& value) {
  std::vector<std::string> out;
  auto add = [&out](const Value& v) {
    switch (v.kind()) {
      case Value::Kind::text:
        out.push_back(v.text());
        break;
      case Value::Kind::boolean:
        out.emplace_back(v.boolean() ? "true" : "false");
        break;
      case Value::Kind::integer:
      case Value::Kind::real:
        out.push_back(wire::to_json(v));
        break;
      default:
        break;
    }
  };
  if (value.is_list()) {
    for (const Value& v : value.list()) add(v);
  } else {
    add(value);
  }
  return out;
}

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

PrincipalEntry aws_principal(const std::string& text) {
  if (text == "*") return {PrincipalEntry::Kind::any, {}};
  if (is_account(text)) return {PrincipalEntry::Kind::account, text};
  const auto parts = split(text, ':');
  if (parts.size() == 6 && parts[0] == "arn" && parts[5] == "root" && is_account(parts[4]))
    return {PrincipalEntry::Kind::account, std::string(parts[4])};
  return {PrincipalEntry::Kind::arn, text};
}

void read_principals(const Value& value, std::vector<PrincipalEntry>& out) {
  if (value.is_text()) {
    if (value.text() == "*") out.push_back({PrincipalEntry::Kind::any, {}});
    return;
  }
  if (!value.is_map()) return;
  for (const auto& [type, names] : value.map()) {
    for (std::string& name : texts(names)) {
      if (type == "AWS")
        out.push_back(aws_principal(name));
      else if (type == "Service")
        out.push_back({PrincipalEntry::Kind::service, std::move(name)});
      else
        out.push_back({PrincipalEntry::Kind::other, std::move(name)});
    }
  }
}

bool read_conditions(const Value& block, bool variables, std::vector<Condition>& out) {
  if (!block.is_map()) return false;
  for (const auto& [name, keys] : block.map()) {
    if (!keys.is_map()) return false;
    for (const auto& [key, values] : keys.map()) {
      Condition condition = parse_operator(name);
      condition.key = lower(key);
      for (const std::string& text : texts(values)) condition.values.push_back(compile(text, variables));
      out.push_back(std::move(condition));
    }
  }
  return true;
}

Result<Statement> read_statement(const Value& value, bool variables) {
  if (!value.is_map()) return Failure("a statement is no object");
  Statement s;
  s.sid = std::string(value.text_or("Sid"));
  const std::string_view effect = value.text_or("Effect");
  if (effect != "Allow" && effect != "Deny") return Failure("Effect must be Allow or Deny");
  s.effect = effect == "Allow" ? Effect::allow : Effect::deny;
  const Value* principal = value.find("Principal");
  const Value* not_principal = value.find("NotPrincipal");
  s.not_principal = principal == nullptr && not_principal != nullptr;
  s.has_principal = principal != nullptr || not_principal != nullptr;
  if (s.has_principal) read_principals(s.not_principal ? *not_principal : *principal, s.principals);
  const Value* action = value.find("Action");
  const Value* not_action = value.find("NotAction");
  s.not_action = action == nullptr && not_action != nullptr;
  if (action == nullptr && not_action == nullptr) return Failure("a statement has no Action");
  for (const std::string& text : texts(s.not_action ? *not_action : *action))
    s.actions.push_back(lower(text));
  const Value* resource = value.find("Resource");
  const Value* not_resource = value.find("NotResource");
  s.not_resource = resource == nullptr && not_resource != nullptr;
  s.has_resource = resource != nullptr || not_resource != nullptr;
  if (s.has_resource)
    for (const std::string& text : texts(s.not_resource ? *not_resource : *resource))
      s.resources.push_back(compile(text, variables));
  const Value* block = value.find("Condition");
  if (block != nullptr && !read_conditions(*block, variables, s.conditions))
    return Failure("Condition is no object of objects");
  return s;
}

struct OperatorName {
  std::string_view name;
  Operator op;
  bool negated = false;
};

constexpr std::array kOperators{
    OperatorName{"stringequals", Operator::string_equals},
    OperatorName{"stringnotequals", Operator::string_equals, true},
    OperatorName{"stringequalsignorecase", Operator::string_equals_ignore_case},
    OperatorName{"stringnotequalsignorecase", Operator::string_equals_ignore_case, true},
    OperatorName{"stringlike", Operator::string_like},
    OperatorName{"stringnotlike", Operator::string_like, true},
    OperatorName{"numericequals", Operator::numeric_equals},
    OperatorName{"numericnotequals", Operator::numeric_equals, true},
    OperatorName{"numericlessthan", Operator::numeric_less},
    OperatorName{"numericlessthanequals", Operator::numeric_less_equals},
    OperatorName{"numericgreaterthan", Operator::numeric_greater},
    OperatorName{"numericgreaterthanequals", Operator::numeric_greater_equals},
    OperatorName{"dateequals", Operator::date_equals},
    OperatorName{"datenotequals", Operator::date_equals, true},
    OperatorName{"datelessthan", Operator::date_less},
    OperatorName{"datelessthanequals", Operator::date_less_equals},
    OperatorName{"dategreaterthan", Operator::date_greater},
    OperatorName{"dategreaterthanequals", Operator::date_greater_equals},
    OperatorName{"bool", Operator::boolean},
    OperatorName{"binaryequals", Operator::binary_equals},
    OperatorName{"ipaddress", Operator::ip_address},
    OperatorName{"notipaddress", Operator::ip_address, true},
    OperatorName{"arnequals", Operator::arn_like},
    OperatorName{"arnlike", Operator::arn_like},
    OperatorName{"arnnotequals", Operator::arn_like, true},
    OperatorName{"arnnotlike", Operator::arn_like, true},
    OperatorName{"null", Operator::null},
};

}  // namespace

Condition parse_operator(std::string_view text) {
  Condition out;
  const std::string low = lower(text);
  std::string_view name = low;
  if (name.starts_with("forallvalues:")) {
    out.set = Condition::Set::all;
    name.remove_prefix(13);
  } else if (name.starts_with("foranyvalue:")) {
    out.set = Condition::Set::any;
    name.remove_prefix(12);
  }
  if (name.ends_with("ifexists")) {
    out.if_exists = true;
    name.remove_suffix(8);
  }
  for (const OperatorName& known : kOperators) {
    if (known.name != name) continue;
    if (known.op == Operator::null && out.if_exists) break;
    out.op = known.op;
    out.negated = known.negated;
  }
  return out;
}

Result<Document> parse(std::string_view text) {
  if (text.size() > kMaxDocument) return Failure("the document is too long");
  Result<Value> json = wire::parse_json(text, {.max_depth = 20});
  if (!json) return Failure(json.error().message);
  if (!json->is_map()) return Failure("the document is no object");
  Document document;
  document.version = std::string(json->text_or("Version", "2008-10-17"));
  document.id = std::string(json->text_or("Id"));
  const bool variables = document.version == "2012-10-17";
  const Value* statements = json->find("Statement");
  if (statements == nullptr) return Failure("the document has no Statement");
  auto add = [&](const Value& value) {
    Result<Statement> statement = read_statement(value, variables);
    if (!statement) return statement.error().message;
    const auto variable = [](const Pattern& p) { return p.variables; };
    if (!statement->conditions.empty() || std::ranges::any_of(statement->resources, variable))
      document.needs_context = true;
    document.statements.push_back(std::move(*statement));
    return std::string();
  };
  if (statements->is_list()) {
    for (const Value& value : statements->list())
      if (std::string why = add(value); !why.empty()) return Failure(why);
  } else if (std::string why = add(*statements); !why.empty()) {
    return Failure(why);
  }
  return document;
}

std::shared_ptr<const Document> Cache::get(std::string_view text) {
  if (auto found = by_text_.find(text); found != by_text_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }
  std::shared_ptr<const Document> document;
  if (Result<Document> parsed = parse(text)) document = std::make_shared<const Document>(std::move(*parsed));
  entries_.emplace_front(std::string(text), document);
  by_text_.emplace(entries_.front().first, entries_.begin());
  bytes_ += text.size();
  while (entries_.size() > 1 && (entries_.size() > limit_ || bytes_ > max_bytes_)) {
    bytes_ -= entries_.back().first.size();
    by_text_.erase(entries_.back().first);
    entries_.pop_back();
  }
  return document;
}

}  // namespace puddle::policy
