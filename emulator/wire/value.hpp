// Value: what travels between the wire and the services: a tree of JSON-like data with blobs and instants.
// DynamoDB numbers stay text. A Raw is JSON text that an encoder copies as it is: a stored item needs no
// parsing.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace puddle::wire {

class Value;
using List = std::vector<Value>;

/// Members in the order they were added. Look-up is linear: AWS structures are small.
class Map {
 public:
  using Entry = std::pair<std::string, Value>;
  Map();
  Map(std::initializer_list<Entry> entries);
  Map(const Map&);
  Map(Map&&) noexcept;
  Map& operator=(const Map&);
  Map& operator=(Map&&) noexcept;
  ~Map();
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  Value& operator[](std::string_view name);  ///< added as null when missing
  void add(std::string name, Value value);   ///< appended without a look-up: the name must be new
  Value& add(std::string name);              ///< the same, null at first
  bool erase(std::string_view name);
  std::size_t size() const;
  bool empty() const;
  void reserve(std::size_t n);
  Entry* begin();
  Entry* end();
  const Entry* begin() const;
  const Entry* end() const;
  bool operator==(const Map& other) const;  ///< order does not count

 private:
  std::vector<Entry> entries_;
};

struct Raw {
  std::string json;
  bool operator==(const Raw&) const = default;
};

class Value {
 public:
  enum class Kind { null, boolean, integer, real, text, bytes, time, list, map, raw };

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool b) : held_(b) {}
  Value(int i) : held_(std::int64_t{i}) {}
  Value(std::int64_t i) : held_(i) {}
  Value(std::uint64_t i) : held_(static_cast<std::int64_t>(i)) {}
  Value(double d) : held_(d) {}
  Value(const char* s) : held_(std::string(s)) {}
  Value(std::string s) : held_(std::move(s)) {}
  Value(std::string_view s) : held_(std::string(s)) {}
  Value(Bytes b) : held_(std::move(b)) {}
  Value(Time t) : held_(t) {}
  Value(List l) : held_(std::move(l)) {}
  Value(Map m) : held_(std::move(m)) {}
  Value(Raw r) : held_(std::move(r)) {}

  Kind kind() const { return static_cast<Kind>(held_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_text() const { return kind() == Kind::text; }
  bool is_list() const { return kind() == Kind::list; }
  bool is_map() const { return kind() == Kind::map; }

  // Access by kind; asking for another kind than kind() is our bug (PUDDLE_CHECK).
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;  ///< integers too
  const std::string& text() const;
  std::string& text();
  const Bytes& bytes() const;
  Bytes& bytes();
  Time time() const;
  const List& list() const;
  List& list();
  const Map& map() const;
  Map& map();
  const Raw& raw() const;

  /// Member of a map, or nullptr when this is no map or has none.
  const Value* find(std::string_view name) const;
  /// Text of a member, or the fallback when it is missing or no text.
  std::string_view text_or(std::string_view name, std::string_view fallback = {}) const;

  bool operator==(const Value& other) const = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Bytes, Time, List, Map, Raw> held_;
};

}  // namespace puddle::wire
