#include "services/dynamodb/items/attribute_updates.hpp"

#include <algorithm>

#include "languages/expression/attribute.hpp"
#include "languages/expression/number.hpp"
#include "services/dynamodb/items/attribute_value.hpp"

namespace puddle::dynamodb {
namespace {

using wire::Map;
using wire::Value;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

bool is_set(std::string_view type) { return type == "SS" || type == "NS" || type == "BS"; }
bool is_delete(const AttributeUpdate& u) { return u.action == "DELETE"; }
bool is_add(const AttributeUpdate& u) { return u.action == "ADD"; }

void check(AttributeUpdate& u) {
  if (u.value.is_null()) {
    if (!is_delete(u))
      throw ItemError{std::string(kInvalid) +
                      "Only DELETE action is allowed when no attribute value is specified"};
    return;
  }
  normalise_value(u.value);
  const std::string& type = type_of(u.value);
  if (is_delete(u) && !is_set(type))
    throw ItemError{std::string(kInvalid) + "DELETE action with value is not supported for the type " + type};
  if (is_add(u) && type != "N" && type != "L" && !is_set(type))
    throw ItemError{std::string(kInvalid) + "ADD action is not supported for the type " + type};
}

void add(Value& old, const Value& given) {
  const std::string type = type_of(given);
  if (type_of(old) != type) throw ItemError{"Type mismatch for attribute to update"};
  const Value& a = expression::content_of(old);
  const Value& b = expression::content_of(given);
  if (type == "N") {
    const auto sum =
        expression::add(*expression::parse_number(a.text()), *expression::parse_number(b.text()));
    if (!sum) throw ItemError{sum.error().message};
    old = expression::make("N", Value(expression::to_text(*sum)));
  } else if (type == "L") {
    wire::List all = a.list();
    all.insert(all.end(), b.list().begin(), b.list().end());
    old = expression::make("L", Value(std::move(all)));
  } else {
    old = expression::make(type, Value(expression::set_union(type, a.list(), b.list())));
  }
}

}  // namespace

wire::Shape AttributeUpdate::shape() {
  return {wire::optional<&AttributeUpdate::value>("Value"),
          wire::optional<&AttributeUpdate::action>("Action", {.one_of = {"ADD", "DELETE", "PUT"}})};
}

AttributeUpdates::AttributeUpdates(std::map<std::string, AttributeUpdate> updates) {
  for (auto& [name, update] : updates) {
    if (name.size() > 65'535) throw ItemError{"Attribute name is too large, must be less than 65536 bytes"};
    check(update);
    updates_.emplace(name, std::move(update));
  }
}

void AttributeUpdates::apply(Map& item) const {
  for (const auto& [name, u] : updates_) {
    Value* old = item.find(name);
    if (is_delete(u)) {
      if (!old) continue;
      if (u.value.is_null()) {
        item.erase(name);
        continue;
      }
      const std::string type = type_of(u.value);
      if (type_of(*old) != type) throw ItemError{"Type mismatch for attribute to update"};
      wire::List left = expression::set_difference(type, expression::content_of(*old).list(),
                                                   expression::content_of(u.value).list());
      if (left.empty())
        item.erase(name);
      else
        *old = expression::make(type, Value(std::move(left)));
    } else if (is_add(u) && old) {
      add(*old, u.value);
    } else {
      item[name] = u.value;
    }
  }
}

bool AttributeUpdates::creates() const {
  return updates_.empty() ||
         std::any_of(updates_.begin(), updates_.end(), [](const auto& u) { return !is_delete(u.second); });
}

std::vector<expression::Path> AttributeUpdates::paths() const {
  std::vector<expression::Path> out;
  for (const auto& [name, u] : updates_) {
    expression::Step step;
    step.name = name;
    out.push_back({std::move(step)});
  }
  return out;
}

const Value* AttributeUpdates::literal(std::string_view attribute) const {
  const auto at = updates_.find(attribute);
  return at == updates_.end() || is_delete(at->second) ? nullptr : &at->second.value;
}

}  // namespace puddle::dynamodb
