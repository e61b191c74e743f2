// AttributeValue documents: checked, normalised and measured. {"S": "x"} stays such a document; numbers get
// AWS's normal form, sets AWS's order. Pure; what is wrong is AWS's text.
#pragma once
#include <string>

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
#include "languages/expression/placeholders.hpp"
#include "wire/value.hpp"

namespace puddle::dynamodb {

/// Thrown here and by the expression language; checked() turns it into a ValidationException.
using ItemError = expression::Error;
using expression::type_of;

inline constexpr std::size_t kMaxItemBytes = 400 * 1024;
inline constexpr int kMaxDepth = 32;  ///< of maps and lists with the scalar in them

/// Checks and normalises a map of attribute name -> AttributeValue (an Item, a Key). Throws ItemError: a
/// wrong JSON type anywhere comes before any wrong value.
void normalise_item(wire::Value& item);
/// The same for one AttributeValue.
void normalise_value(wire::Value& value);
/// The placeholders of a request, checked: ExpressionAttributeNames and ExpressionAttributeValues as they
/// came, null when they did not. Level: that of the values, which may nest up to kMaxDepth.
expression::Placeholders placeholders_of(wire::Value names, wire::Value values, int level);

/// Bytes of a normalised item, by AWS's rules.
std::size_t size_of_item(const wire::Value& item);
std::size_t size_of_item(const wire::Map& item);
/// Bytes of one normalised value, without a name.
std::size_t size_of_value(const wire::Value& value);

}  // namespace puddle::dynamodb
