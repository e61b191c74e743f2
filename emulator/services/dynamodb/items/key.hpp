// Keys: an item's key attributes as bytes whose order is AWS's. Pure.
#pragma once
#include <string>

#include "wire/value.hpp"

namespace puddle::dynamodb {

struct KeyAttribute {
  std::string name, type;  ///< type: S, N or B
};

struct KeySchema {
  KeyAttribute hash;
  KeyAttribute range;  ///< empty name: none
  bool has_range() const { return !range.name.empty(); }
};

/// The key of a whole item; throws ItemError with PutItem's texts. The item is normalised.
std::string key_of_item(const wire::Value& item, const KeySchema& schema);
/// The key of a Key parameter, which must hold the key attributes and nothing else.
std::string key_of_key(const wire::Value& key, const KeySchema& schema);
/// The key attributes of an item, as a map.
wire::Value key_attributes(const wire::Value& item, const KeySchema& schema);

}  // namespace puddle::dynamodb
