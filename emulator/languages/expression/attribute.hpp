// AttributeValue documents in normal form ({"S": "x"}; numbers and blobs canonical, sets sorted) and how
// DynamoDB compares them. Pure.
#pragma once
#include <compare>
#include <cstddef>
#include <optional>
#include <string>

#include "wire/value.hpp"

namespace puddle::expression {

/// "S", "N", ... of a value.
const std::string& type_of(const wire::Value& value);
/// What stands behind the type.
const wire::Value& content_of(const wire::Value& value);
wire::Value make(std::string_view type, wire::Value content);

/// By value, whatever the order in sets and maps. Different types are unequal.
inline bool equal(const wire::Value& a, const wire::Value& b) { return a == b; }
/// Nothing when the types differ or are not S, N or B.
std::optional<std::strong_ordering> compare(const wire::Value& a, const wire::Value& b);
/// The functions of the language over two values; false when the types do not fit.
bool begins_with(const wire::Value& text, const wire::Value& prefix);
bool contains(const wire::Value& in, const wire::Value& part);
/// Of S (characters), B (bytes), sets, lists and maps; nothing for the other types.
std::optional<std::size_t> size_of(const wire::Value& value);

/// Sorts a set's members as AWS does. Type: SS, NS or BS. False when it has duplicates.
bool sort_set(std::string_view type, wire::List& members);
/// Members of both, or of the first and not of the second; sorted sets of one type.
wire::List set_union(std::string_view type, const wire::List& a, const wire::List& b);
wire::List set_difference(std::string_view type, const wire::List& a, const wire::List& b);

/// As Java prints it in messages: {S:a}, {N:1}.
std::string to_message(const wire::Value& value);

}  // namespace puddle::expression
