#include "languages/expression/placeholders.hpp"

#include <algorithm>

#include "languages/expression/error.hpp"

namespace puddle::expression {
namespace {

using wire::Map;
using wire::Value;

constexpr std::size_t kIndexFrom = 16;
constexpr std::size_t kMaxAttributeName = 65'535;
constexpr std::size_t kMaxPlaceholder = 255;

bool well_formed(std::string_view key, char sign) {
  return key.size() > 1 && key[0] == sign && std::all_of(key.begin() + 1, key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

Placeholders::Table::Table(Value entries, std::string_view parameter, char sign)
    : entries_(std::move(entries)), parameter_(parameter) {
  if (entries_.is_null()) return;
  const Map& map = entries_.map();
  if (map.empty()) throw Error{std::string(parameter) + " must not be empty"};
  for (const auto& [key, value] : map) {
    if (key.size() > kMaxPlaceholder)  // AWS tells the size of names only
      throw Error{std::string(parameter) +
                  " contains invalid key: The expression attribute map contains a key that is too long;" +
                  (sign == '#' ? " size of key: " + std::to_string(key.size()) : "")};
    if (!well_formed(key, sign))
      throw Error{std::string(parameter) + " contains invalid key: Syntax error; key: \"" + key + "\""};
  }
  used_.resize(map.size());
  if (map.size() < kIndexFrom) return;
  for (std::size_t i = 0; i < map.size(); ++i) by_key_.emplace(map.begin()[i].first, i);
}

const Value* Placeholders::Table::use(std::string_view placeholder) {
  if (entries_.is_null()) return nullptr;
  const Map& map = entries_.map();
  std::size_t at = map.size();
  if (by_key_.empty()) {
    at = static_cast<std::size_t>(
        std::find_if(map.begin(), map.end(), [&](const auto& e) { return e.first == placeholder; }) -
        map.begin());
  } else if (const auto found = by_key_.find(std::string(placeholder)); found != by_key_.end()) {
    at = found->second;
  }
  if (at == map.size()) return nullptr;
  used_[at] = true;
  return &map.begin()[at].second;
}

void Placeholders::Table::check_unused() const {
  if (std::find(used_.begin(), used_.end(), false) == used_.end()) return;
  std::string unused;
  for (std::size_t i = 0; i < used_.size(); ++i)
    if (!used_[i]) unused += (unused.empty() ? "" : ", ") + entries_.map().begin()[i].first;
  throw Error{"Value provided in " + std::string(parameter_) + " unused in expressions: keys: {" + unused +
              "}"};
}

Placeholders::Placeholders(Value names, Value values)
    : names_(std::move(names), "ExpressionAttributeNames", '#'),
      values_(std::move(values), "ExpressionAttributeValues", ':') {
  if (names_.entries().is_null()) return;
  for (const auto& [key, name] : names_.entries().map()) {
    if (!name.is_text()) throw Error{"Unexpected value type in payload", true};
    if (name.text().empty())
      throw Error{"ExpressionAttributeNames contains invalid value: Empty attribute name for key " + key};
    if (name.text().size() > kMaxAttributeName)
      throw Error{
          "ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than "
          "65536 bytes for key " +
          key};
  }
}

const std::string* Placeholders::name(std::string_view placeholder) {
  const Value* found = names_.use(placeholder);
  return found ? &found->text() : nullptr;
}

const Value* Placeholders::value(std::string_view placeholder) { return values_.use(placeholder); }

void Placeholders::check_unused() const {
  names_.check_unused();
  values_.check_unused();
}

}  // namespace puddle::expression
