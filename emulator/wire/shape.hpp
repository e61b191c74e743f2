// Shape: the declared form of an operation's input or output. It is data: the codecs convert by it, the
// validator makes AWS's messages from it, `puddle operations --json` dumps it, and a test compares it with
// the published model.
//
//     struct Input { std::string queue_url; std::optional<std::int64_t> delay; std::vector<Tag> tags; };
//     Shape s{{required<&Input::queue_url>("QueueUrl"),
//              optional<&Input::delay>("DelaySeconds", {.min = 0, .max = 900}),
//              optional<&Input::tags>("Tags", {.max = 50})}};
//
// Member types: std::string, Bytes, Time, bool, std::int64_t, int (32 bit), double, Value (a document: passed
// as it is), std::vector<T>, std::map<std::string, T>, std::optional of them, and structures: types with
// `static Shape shape()`. An absent list or map is an empty one; use std::optional<std::vector<T>> where AWS
// tells them apart.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/time.hpp"
#include "wire/value.hpp"

namespace puddle::wire {

enum class Type {
  text,
  integer,
  long_integer,
  real,
  boolean,
  blob,
  timestamp,
  list,
  map,
  structure,
  document
};
/// Where a member travels in REST protocols. body: a member of the JSON body; payload: it is the body.
enum class Location { body, header, headers, query_string, uri, payload, status_code };
enum class TimeFormat { protocol, iso8601, epoch_seconds, http };

/// Limits and wire traits of a member. min and max bound a number's value, a text's length in code points, a
/// blob's in bytes, a list's or map's size.
struct Traits {
  std::optional<std::int64_t> min{};
  std::optional<std::int64_t> max{};
  std::string_view pattern{};              ///< as in the model; checked on the whole text
  std::vector<std::string_view> one_of{};  ///< enum values
  std::vector<Traits> each{};              ///< of list elements or map values: none or one
  std::vector<Traits> keys{};              ///< of map keys: none or one
  Location at = Location::body;
  std::string_view at_name{};     ///< locationName when it differs from the member's name
  bool flattened = false;         ///< Query: Name.1 instead of Name.member.1
  std::string_view item_name{};   ///< Query/XML: name of list items, "member" when empty
  std::string_view key_name{};    ///< Query/XML: of map keys, "key" when empty
  std::string_view value_name{};  ///< Query/XML: of map values, "value" when empty
  TimeFormat time_format = TimeFormat::protocol;
};

struct Field;

struct Shape {
  std::vector<Field> fields;
  Shape();
  Shape(std::initializer_list<Field> f);
  Shape(std::vector<Field> f);
  Shape(const Shape&);
  Shape(Shape&&) noexcept;
  Shape& operator=(const Shape&);
  Shape& operator=(Shape&&) noexcept;
  ~Shape();
  const Field* find(std::string_view name) const;
};

/// The type of a value, with what is inside it.
struct TypeInfo {
  Type type = Type::document;
  std::shared_ptr<const Shape> structure;   ///< of structures
  std::shared_ptr<const TypeInfo> element;  ///< of lists and maps
};

struct Field {
  std::string name;
  TypeInfo type;
  Traits traits;
  bool required = false;
  /// Both move what they are given. take: null when the member is absent.
  void (*assign)(void* object, Value&& value) = nullptr;
  Value (*take)(void* object) = nullptr;
  std::string_view wire_name() const {
    return traits.at_name.empty() ? std::string_view(name) : traits.at_name;
  }
};

template <class T>
const std::shared_ptr<const Shape>& shape_of() {
  static const std::shared_ptr<const Shape> shape = std::make_shared<const Shape>(T::shape());
  return shape;
}

/// Assigns what the value has of the shape's members to the object; the value is moved from.
void assign_struct(void* object, Value&& value, const Shape& shape);
/// A value that validates against the shape -> T.
template <class T>
T read_struct(Value value, const Shape& shape) {
  T t{};
  assign_struct(&t, std::move(value), shape);
  return t;
}
/// How an output is written: empty lists and maps of optional members are left out of the answer itself, not
/// of the structures in it.
enum class Absent { null, null_or_empty };
/// The object is moved from.
Value take_struct(void* object, const Shape& shape, Absent absent = Absent::null_or_empty);
template <class T>
Value write_struct(T object, const Shape& shape) {
  static_assert(!std::is_pointer_v<T>);
  return take_struct(&object, shape);
}

namespace detail {

template <class T>
concept Structure = requires {
  T::shape();
};

template <class T>
struct Convert;  // read(Value&&) -> T, write(T&&) -> Value, info() -> TypeInfo; both move

template <class T, Type kType>
struct Scalar {
  static TypeInfo info() { return TypeInfo{kType, nullptr, nullptr}; }
  static Value write(T&& t) { return Value(std::move(t)); }
};
template <>
struct Convert<std::string> : Scalar<std::string, Type::text> {
  static std::string read(Value&& v) { return std::move(v.text()); }
};
template <>
struct Convert<Bytes> : Scalar<Bytes, Type::blob> {
  static Bytes read(Value&& v) { return std::move(v.bytes()); }
};
template <>
struct Convert<Time> : Scalar<Time, Type::timestamp> {
  static Time read(Value&& v) { return v.time(); }
};
template <>
struct Convert<bool> : Scalar<bool, Type::boolean> {
  static bool read(Value&& v) { return v.boolean(); }
};
template <>
struct Convert<std::int64_t> : Scalar<std::int64_t, Type::long_integer> {
  static std::int64_t read(Value&& v) { return v.integer(); }
};
template <>
struct Convert<int> : Scalar<int, Type::integer> {
  static int read(Value&& v) { return static_cast<int>(v.integer()); }
};
template <>
struct Convert<double> : Scalar<double, Type::real> {
  static double read(Value&& v) { return v.real(); }
};
template <>
struct Convert<Value> : Scalar<Value, Type::document> {
  static Value read(Value&& v) { return std::move(v); }
};
template <Structure T>
struct Convert<T> {
  static TypeInfo info() { return TypeInfo{Type::structure, shape_of<T>(), nullptr}; }
  static T read(Value&& v) { return read_struct<T>(std::move(v), *shape_of<T>()); }
  static Value write(T&& t) { return take_struct(&t, *shape_of<T>(), Absent::null); }
};
template <class T>
struct Convert<std::vector<T>> {
  static TypeInfo info() {
    return TypeInfo{Type::list, nullptr, std::make_shared<const TypeInfo>(Convert<T>::info())};
  }
  static std::vector<T> read(Value&& v) {
    std::vector<T> out;
    out.reserve(v.list().size());
    for (Value& e : v.list()) out.push_back(Convert<T>::read(std::move(e)));
    return out;
  }
  static Value write(std::vector<T>&& t) {
    List out;
    out.reserve(t.size());
    for (auto&& e : t) out.push_back(Convert<T>::write(std::move(e)));
    return Value(std::move(out));
  }
};
template <class T>
struct Convert<std::map<std::string, T>> {
  static TypeInfo info() {
    return TypeInfo{Type::map, nullptr, std::make_shared<const TypeInfo>(Convert<T>::info())};
  }
  static std::map<std::string, T> read(Value&& v) {
    std::map<std::string, T> out;
    for (auto& [k, e] : v.map()) out.insert_or_assign(std::move(k), Convert<T>::read(std::move(e)));
    return out;
  }
  static Value write(std::map<std::string, T>&& t) {
    Map out;
    out.reserve(t.size());
    for (auto& [k, e] : t) out.add(k, Convert<T>::write(std::move(e)));
    return Value(std::move(out));
  }
};
template <class T>
struct Convert<std::optional<T>> {
  static TypeInfo info() { return Convert<T>::info(); }
  static std::optional<T> read(Value&& v) { return Convert<T>::read(std::move(v)); }
  static Value write(std::optional<T>&& t) { return t ? Convert<T>::write(std::move(*t)) : Value(); }
};

template <class P>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Object = C;
  using Type = T;
};

template <auto kMember>
using ObjectOf = typename MemberOf<decltype(kMember)>::Object;

/// C is spelt out as a type argument: g++ 12 gives a template whose only argument is a member of a type in an
/// unnamed namespace external linkage, and the linker would merge the Input::name of two operation files.
template <auto kMember, class C>
Field field(std::string_view name, Traits traits, bool required) {
  using T = typename MemberOf<decltype(kMember)>::Type;
  Field f;
  f.name = std::string(name);
  f.type = Convert<T>::info();
  f.traits = std::move(traits);
  f.required = required;
  f.assign = [](void* o, Value&& v) { static_cast<C*>(o)->*kMember = Convert<T>::read(std::move(v)); };
  f.take = [](void* o) { return Convert<T>::write(std::move(static_cast<C*>(o)->*kMember)); };
  return f;
}

}  // namespace detail

/// A member that the model requires. In an output: always sent, an empty list or map included.
template <auto kMember, class C = detail::ObjectOf<kMember>>
Field required(std::string_view name, Traits traits = {}) {
  return detail::field<kMember, C>(name, std::move(traits), true);
}
/// A member that may be absent. In an output an empty list or map of an optional member is left out.
template <auto kMember, class C = detail::ObjectOf<kMember>>
Field optional(std::string_view name, Traits traits = {}) {
  return detail::field<kMember, C>(name, std::move(traits), false);
}

}  // namespace puddle::wire
