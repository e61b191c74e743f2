#include "languages/intrinsic/evaluate.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::intrinsic {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

struct Stop {  // leaves the recursion with AWS's text; caught in resolve()
  std::string message;
};

std::string text_of(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::text:
      return v.text();
    case Value::Kind::boolean:
      return v.boolean() ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(v.integer());
    case Value::Kind::real:
      return wire::to_json(v);
    default:
      throw Stop{"Template error: a string is needed where a " + std::string(v.is_list() ? "list" : "map") +
                 " stands"};
  }
}

class Evaluator {
 public:
  explicit Evaluator(const Scope& scope) : scope_(scope) {}

  /// Nothing for AWS::NoValue.
  std::optional<Value> value(const Value& v) {
    if (v.is_list()) {
      List out;
      for (const Value& item : v.list())
        if (auto resolved = value(item)) out.push_back(std::move(*resolved));
      return Value(std::move(out));
    }
    if (!v.is_map()) return v;
    const Map& map = v.map();
    if (map.size() == 1) {
      const auto& [name, argument] = *map.begin();
      if (name == "Ref") return ref(argument);
      if (name.starts_with("Fn::")) return function(name.substr(4), argument);
    }
    Map out;
    for (const auto& [name, member] : map)
      if (auto resolved = value(member)) out.add(name, std::move(*resolved));
    return Value(std::move(out));
  }

  bool condition(const Value& v) {
    if (v.kind() == Value::Kind::boolean) return v.boolean();
    if (!v.is_map() || v.map().size() != 1)
      throw Stop{"Template error: a condition must be a condition function"};
    const auto& [name, argument] = *v.map().begin();
    if (name == "Condition") return named_condition(text_of(argument));
    if (name == "Fn::Equals") {
      if (!argument.is_list() || argument.list().size() != 2)
        throw Stop{"Template error: every Fn::Equals object requires a list of 2 string parameters."};
      return must(argument.list()[0]) == must(argument.list()[1]) ||
             same_text(must(argument.list()[0]), must(argument.list()[1]));
    }
    if (!argument.is_list()) throw Stop{"Template error: " + name + " requires a list of conditions"};
    const List& list = argument.list();
    const auto holds = [this](const Value& c) { return condition(c); };
    if (name == "Fn::And") return std::all_of(list.begin(), list.end(), holds);
    if (name == "Fn::Or") return std::any_of(list.begin(), list.end(), holds);
    if (name == "Fn::Not" && list.size() == 1) return !condition(list[0]);
    throw Stop{"Template error: unknown condition function " + name};
  }

 private:
  static bool same_text(const Value& a, const Value& b) {
    return !a.is_list() && !a.is_map() && !b.is_list() && !b.is_map() && text_of(a) == text_of(b);
  }

  Value must(const Value& v) {
    auto out = value(v);
    if (!out) throw Stop{"Template error: AWS::NoValue cannot be used here"};
    return std::move(*out);
  }

  bool named_condition(const std::string& name) {
    const auto known = scope_.condition ? scope_.condition(name) : std::nullopt;
    if (!known) throw Stop{"Template error: unresolved condition dependency " + name + " in Fn::If"};
    return *known;
  }

  std::optional<Value> ref(const Value& argument) {
    const std::string name = text_of(argument);
    if (name == "AWS::NoValue") return std::nullopt;
    auto found = scope_.ref ? scope_.ref(name) : std::nullopt;
    if (!found)
      throw Stop{"Template format error: Unresolved resource dependencies [" + name +
                 "] in the Resources block of the template"};
    return found;
  }

  Value get_att(std::string_view resource, std::string_view attribute) {
    auto found = scope_.get_att ? scope_.get_att(resource, attribute) : std::nullopt;
    if (!found)
      throw Stop{"Template error: instance of Fn::GetAtt references undefined resource or attribute " +
                 std::string(resource) + "." + std::string(attribute)};
    return std::move(*found);
  }

  std::optional<Value> function(std::string_view name, const Value& argument) {
    if (name == "GetAtt") return fn_get_att(argument);
    if (name == "Sub") return fn_sub(argument);
    if (name == "Join") return fn_join(argument);
    if (name == "Select") return fn_select(argument);
    if (name == "Split") return fn_split(argument);
    if (name == "FindInMap") return fn_find_in_map(argument);
    if (name == "Base64") return Value(base64(text_of(must(argument))));
    if (name == "If") {
      if (!argument.is_list() || argument.list().size() != 3)
        throw Stop{"Template error: Fn::If requires a list argument with three elements"};
      const List& list = argument.list();
      return value(named_condition(text_of(list[0])) ? list[1] : list[2]);
    }
    throw Stop{"Template error: Fn::" + std::string(name) + " is not supported"};
  }

  Value fn_get_att(const Value& argument) {
    if (argument.is_text()) {
      if (const auto parts = cut(argument.text(), ".")) return get_att(parts->first, parts->second);
    } else if (argument.is_list() && argument.list().size() == 2) {
      return get_att(text_of(argument.list()[0]), text_of(must(argument.list()[1])));
    }
    throw Stop{
        "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and "
        "the "
        "resource attribute"};
  }

  Value fn_sub(const Value& argument) {
    const bool with_map = argument.is_list() && argument.list().size() == 2 && argument.list()[1].is_map();
    if (!with_map && !argument.is_text())
      throw Stop{"Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments."};
    const std::string& text = with_map ? argument.list()[0].text() : argument.text();
    std::string out;
    for (std::size_t at = 0;;) {
      const std::size_t open = text.find("${", at);
      const std::size_t close = open == std::string::npos ? open : text.find('}', open);
      if (close == std::string::npos) return Value(out + text.substr(at));
      out += text.substr(at, open - at);
      const std::string name(trim(std::string_view(text).substr(open + 2, close - open - 2)));
      at = close + 1;
      if (name.starts_with('!')) {
        out += "${" + name.substr(1) + "}";
      } else if (const Value* own = with_map ? argument.list()[1].find(name) : nullptr) {
        out += text_of(must(*own));
      } else if (const auto parts = cut(name, ".")) {
        out += text_of(get_att(parts->first, parts->second));
      } else if (auto found = ref(Value(name))) {
        out += text_of(*found);
      }
    }
  }

  Value fn_join(const Value& argument) {
    if (!argument.is_list() || argument.list().size() != 2)
      throw Stop{
          "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a "
          "list of "
          "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be "
          "joined."};
    const Value items = must(argument.list()[1]);
    if (!items.is_list()) throw Stop{"Template error: Fn::Join needs a list"};
    std::vector<std::string> parts;
    for (const Value& item : items.list()) parts.push_back(text_of(item));
    return Value(join(parts, text_of(argument.list()[0])));
  }

  Value fn_select(const Value& argument) {
    const auto wrong = Stop{
        "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"};
    if (!argument.is_list() || argument.list().size() != 2) throw wrong;
    const auto index = parse_int(text_of(must(argument.list()[0])));
    const Value items = must(argument.list()[1]);
    if (!index || !items.is_list()) throw wrong;
    if (*index < 0 || static_cast<std::size_t>(*index) >= items.list().size())
      throw Stop{"Template error: Fn::Select cannot select nonexistent value at index " +
                 std::to_string(*index)};
    return items.list()[static_cast<std::size_t>(*index)];
  }

  Value fn_split(const Value& argument) {
    if (!argument.is_list() || argument.list().size() != 2 || !argument.list()[0].is_text())
      throw Stop{
          "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a "
          "string "
          "to be split or a function that returns a string to be split."};
    const std::string& separator = argument.list()[0].text();
    std::string text = text_of(must(argument.list()[1]));
    List out;
    for (std::size_t at; !separator.empty() && (at = text.find(separator)) != std::string::npos;) {
      out.emplace_back(text.substr(0, at));
      text.erase(0, at + separator.size());
    }
    out.emplace_back(text);
    return Value(std::move(out));
  }

  Value fn_find_in_map(const Value& argument) {
    if (argument.is_list() && argument.list().size() == 3) {
      const Value* found = scope_.mappings;
      std::vector<std::string> keys;
      for (const Value& part : argument.list()) {
        keys.push_back(text_of(must(part)));
        if (found) found = found->find(keys.back());
      }
      if (found) return *found;
      throw Stop{"Template error: Unable to get mapping for " + join(keys, "::")};
    }
    throw Stop{
        "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the "
        "attribute for return value"};
  }

  const Scope& scope_;
};

void collect_sub(const Value& argument, std::set<std::string>& out) {
  const bool with_map = argument.is_list() && argument.list().size() == 2;
  const Value& text = with_map ? argument.list()[0] : argument;
  if (with_map) collect_references(argument.list()[1], out);
  if (!text.is_text()) return;
  const std::string& t = text.text();
  for (std::size_t open = t.find("${"); open != std::string::npos; open = t.find("${", open + 2)) {
    const std::size_t close = t.find('}', open);
    if (close == std::string::npos) return;
    std::string_view name = trim(std::string_view(t).substr(open + 2, close - open - 2));
    if (name.starts_with('!')) continue;
    name = name.substr(0, name.find('.'));
    if (!with_map || !argument.list()[1].find(name)) out.emplace(name);
  }
}

}  // namespace

Result<Value> resolve(const Value& value, const Scope& scope) {
  try {
    Evaluator evaluator(scope);
    auto out = evaluator.value(value);
    return out ? std::move(*out) : Value();
  } catch (const Stop& stop) {
    return Failure(stop.message);
  }
}

Result<bool> evaluate_condition(const Value& expression, const Scope& scope) {
  try {
    Evaluator evaluator(scope);
    return evaluator.condition(expression);
  } catch (const Stop& stop) {
    return Failure(stop.message);
  }
}

void collect_references(const Value& value, std::set<std::string>& out) {
  if (value.is_list()) {
    for (const Value& item : value.list()) collect_references(item, out);
    return;
  }
  if (!value.is_map()) return;
  for (const auto& [name, member] : value.map()) {
    if (name == "Ref" && member.is_text()) {
      out.insert(member.text());
    } else if (name == "Fn::GetAtt") {
      if (member.is_text())
        out.emplace(member.text().substr(0, member.text().find('.')));
      else if (member.is_list() && !member.list().empty() && member.list()[0].is_text())
        out.insert(member.list()[0].text());
    } else if (name == "Fn::Sub") {
      collect_sub(member, out);
    } else {
      collect_references(member, out);
    }
  }
}

}  // namespace puddle::intrinsic
