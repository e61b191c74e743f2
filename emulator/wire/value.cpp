#include "wire/value.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace puddle::wire {

Map::Map() = default;
Map::Map(std::initializer_list<Entry> entries) : entries_(entries) {}
Map::Map(const Map&) = default;
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(const Map&) = default;
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;

const Value* Map::find(std::string_view name) const {
  for (const Entry& e : entries_)
    if (e.first == name) return &e.second;
  return nullptr;
}

Value* Map::find(std::string_view name) {
  for (Entry& e : entries_)
    if (e.first == name) return &e.second;
  return nullptr;
}

Value& Map::operator[](std::string_view name) {
  if (Value* found = find(name)) return *found;
  return entries_.emplace_back(std::string(name), Value()).second;
}

void Map::add(std::string name, Value value) { entries_.emplace_back(std::move(name), std::move(value)); }

Value& Map::add(std::string name) { return entries_.emplace_back(std::move(name), Value()).second; }

bool Map::erase(std::string_view name) {
  return std::erase_if(entries_, [&](const Entry& e) { return e.first == name; }) > 0;
}

std::size_t Map::size() const { return entries_.size(); }
bool Map::empty() const { return entries_.empty(); }
void Map::reserve(std::size_t n) { entries_.reserve(n); }
Map::Entry* Map::begin() { return entries_.data(); }
Map::Entry* Map::end() { return entries_.data() + entries_.size(); }
const Map::Entry* Map::begin() const { return entries_.data(); }
const Map::Entry* Map::end() const { return entries_.data() + entries_.size(); }

bool Map::operator==(const Map& other) const {
  return size() == other.size() && std::all_of(begin(), end(), [&](const Entry& e) {
           const Value* found = other.find(e.first);
           return found && *found == e.second;
         });
}

bool Value::boolean() const {
  PUDDLE_CHECK(kind() == Kind::boolean);
  return std::get<bool>(held_);
}
std::int64_t Value::integer() const {
  PUDDLE_CHECK(kind() == Kind::integer);
  return std::get<std::int64_t>(held_);
}
double Value::real() const {
  if (kind() == Kind::integer) return static_cast<double>(std::get<std::int64_t>(held_));
  PUDDLE_CHECK(kind() == Kind::real);
  return std::get<double>(held_);
}
const std::string& Value::text() const {
  PUDDLE_CHECK(kind() == Kind::text);
  return std::get<std::string>(held_);
}
std::string& Value::text() {
  PUDDLE_CHECK(kind() == Kind::text);
  return std::get<std::string>(held_);
}
const Bytes& Value::bytes() const {
  PUDDLE_CHECK(kind() == Kind::bytes);
  return std::get<Bytes>(held_);
}
Bytes& Value::bytes() {
  PUDDLE_CHECK(kind() == Kind::bytes);
  return std::get<Bytes>(held_);
}
Time Value::time() const {
  PUDDLE_CHECK(kind() == Kind::time);
  return std::get<Time>(held_);
}
const List& Value::list() const {
  PUDDLE_CHECK(kind() == Kind::list);
  return std::get<List>(held_);
}
List& Value::list() {
  PUDDLE_CHECK(kind() == Kind::list);
  return std::get<List>(held_);
}
const Map& Value::map() const {
  PUDDLE_CHECK(kind() == Kind::map);
  return std::get<Map>(held_);
}
Map& Value::map() {
  PUDDLE_CHECK(kind() == Kind::map);
  return std::get<Map>(held_);
}
const Raw& Value::raw() const {
  PUDDLE_CHECK(kind() == Kind::raw);
  return std::get<Raw>(held_);
}

const Value* Value::find(std::string_view name) const {
  return is_map() ? std::get<Map>(held_).find(name) : nullptr;
}

std::string_view Value::text_or(std::string_view name, std::string_view fallback) const {
  const Value* found = find(name);
  return found && found->is_text() ? std::string_view(found->text()) : fallback;
}

}  // namespace puddle::wire
