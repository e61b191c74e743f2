#include "wire/convert.hpp"

#include <cmath>

#include "base/text.hpp"

namespace puddle::wire {
namespace {

const Traits kNoTraits;

std::string_view json_kind(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::boolean:
      return v.boolean() ? "TRUE_VALUE" : "FALSE_VALUE";
    case Value::Kind::integer:
      return "NUMBER_VALUE";
    case Value::Kind::real:
      return "DECIMAL_VALUE";
    case Value::Kind::text:
      return "STRING_VALUE";
    default:
      return "NULL_VALUE";
  }
}

std::string wrong(const Value& v, std::string_view wanted) {
  if (v.is_map()) return "Start of structure or map found where not expected.";
  if (v.is_list()) return "Start of list found where not expected";
  return std::string(json_kind(v)) + " cannot be converted to " + std::string(wanted);
}

std::string convert_integer(Value& v, std::int64_t low, std::int64_t high, std::string_view name) {
  if (v.kind() == Value::Kind::real) {
    const double d = v.real();
    // A fraction is cut off, as Java's conversion does; a number out of range is no integer.
    if (!(d >= static_cast<double>(low) && d <= static_cast<double>(high))) return wrong(v, name);
    v = Value(static_cast<std::int64_t>(d));
    return {};
  }
  if (v.kind() != Value::Kind::integer || v.integer() < low || v.integer() > high) return wrong(v, name);
  return {};
}

std::string convert_time(Value& v) {
  if (v.kind() == Value::Kind::integer && std::abs(v.integer()) < 1'000'000'000'000) {
    v = Value(from_millis(v.integer() * 1000));
    return {};
  }
  if (v.kind() == Value::Kind::real && std::abs(v.real()) < 1e12) {
    v = Value(from_millis(std::llround(v.real() * 1000)));
    return {};
  }
  if (v.is_text()) {
    if (const auto t = parse_time(v.text())) {
      v = Value(*t);
      return {};
    }
    if (const auto d = parse_double(v.text()); d && std::abs(*d) < 1e12) {
      v = Value(from_millis(std::llround(*d * 1000)));
      return {};
    }
  }
  return wrong(v, "Date");
}

}  // namespace

Fault serialization_fault(std::string message) {
  Fault fault;
  fault.code = "SerializationException";
  fault.message = std::move(message);
  return fault;
}

std::string convert(Value& v, const TypeInfo& type, const Traits& traits) {
  switch (type.type) {
    case Type::text:
      return v.is_text() ? std::string() : wrong(v, "String");
    case Type::boolean:
      return v.kind() == Value::Kind::boolean ? std::string() : wrong(v, "Boolean");
    case Type::integer:
      return convert_integer(v, INT32_MIN, INT32_MAX, "Integer");
    case Type::long_integer:
      return convert_integer(v, INT64_MIN, INT64_MAX, "Long");
    case Type::real:
      if (v.kind() == Value::Kind::integer) v = Value(v.real());
      return v.kind() == Value::Kind::real ? std::string() : wrong(v, "Double");
    case Type::blob: {
      if (!v.is_text()) return wrong(v, "Blob");
      auto bytes = from_base64(v.text());
      if (!bytes) return "Invalid Base64 data in blob";
      v = Value(Bytes(std::move(*bytes)));
      return {};
    }
    case Type::timestamp:
      return convert_time(v);
    case Type::list: {
      if (!v.is_list()) return v.is_map() ? wrong(v, "") : "Unexpected field type";
      const Traits& inner = traits.each.empty() ? kNoTraits : traits.each[0];
      for (Value& item : v.list()) {
        if (item.is_null()) continue;
        if (std::string error = convert(item, *type.element, inner); !error.empty()) return error;
      }
      return {};
    }
    case Type::map: {
      if (!v.is_map()) return v.is_list() ? wrong(v, "") : "Unexpected field type";
      const Traits& inner = traits.each.empty() ? kNoTraits : traits.each[0];
      for (auto& [name, item] : v.map()) {
        if (item.is_null()) continue;
        if (std::string error = convert(item, *type.element, inner); !error.empty()) return error;
      }
      return {};
    }
    case Type::structure:
      if (!v.is_map()) return v.is_list() ? wrong(v, "") : "Unexpected field type";
      return convert_structure(v, *type.structure);
    case Type::document:
      return {};
  }
  return {};
}

std::string convert_structure(Value& value, const Shape& shape) {
  for (const Field& f : shape.fields) {
    Value* member = value.map().find(f.name);
    if (!member || member->is_null()) continue;
    if (std::string error = convert(*member, f.type, f.traits); !error.empty()) return error;
  }
  return {};
}

bool convert_text(std::string text, const TypeInfo& type, const Traits& traits, Value& out) {
  switch (type.type) {
    case Type::boolean:
      if (text != "true" && text != "false") return false;
      out = Value(text == "true");
      return true;
    case Type::integer:
    case Type::long_integer: {
      const auto n = parse_int(text);
      if (!n || (type.type == Type::integer && (*n < INT32_MIN || *n > INT32_MAX))) return false;
      out = Value(*n);
      return true;
    }
    case Type::real: {
      const auto d = parse_double(text);
      if (!d) return false;
      out = Value(*d);
      return true;
    }
    case Type::blob:
    case Type::timestamp: {
      out = Value(std::move(text));
      return convert(out, type, traits).empty();
    }
    default:
      out = Value(std::move(text));
      return true;
  }
}

}  // namespace puddle::wire
