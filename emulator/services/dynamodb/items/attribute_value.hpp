// AttributeValue documents: checked, normalised and measured. {"S": "x"} stays such a document; numbers get
// AWS's normal form, blobs canonical base64. Pure; what is wrong is AWS's text.
#pragma once
#include <string>

#include "wire/value.hpp"

namespace puddle::dynamodb {

struct ItemError {  // thrown by normalise(); the operation turns it into a ValidationException
  std::string message;
  bool serialization = false;
};

inline constexpr std::size_t kMaxItemBytes = 400 * 1024;
inline constexpr int kMaxDepth = 32;

/// Checks and normalises a map of attribute name -> AttributeValue. Throws ItemError.
void normalise_item(wire::Value& item);
/// Bytes of the item, by AWS's rules.
std::size_t size_of_item(const wire::Value& item);
/// "S", "N", ... of a normalised value.
const std::string& type_of(const wire::Value& value);

}  // namespace puddle::dynamodb
