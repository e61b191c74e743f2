// Keys: key attributes as bytes whose order is AWS's. The key of an item (or of an index entry) is
//
//     8 bytes of the partition's hash | each hash attribute, ended | each range attribute, ended | for an
//     entry of an index: the item's own key
//
// so that one B-tree holds AWS's order of a Scan (by hash of the partition, then range), a partition is one
// range of keys, and a parallel Scan's segment is one, too. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/value.hpp"

namespace puddle::dynamodb {

struct KeyAttribute {
  std::string name, type;  ///< type: S, N or B
};

/// Of a table: one hash and at most one range attribute. Of a global secondary index: up to four of each.
struct KeySchema {
  std::vector<KeyAttribute> hash, range;
  bool has_range() const { return !range.empty(); }
  std::size_t size() const { return hash.size() + range.size(); }
  /// nullptr when the attribute is not part of the key.
  const KeyAttribute* find(std::string_view name) const;
};

/// From KeySchema and AttributeDefinitions as DescribeTable shows them.
KeySchema key_schema_of(const wire::Value& schema, const wire::Value& attribute_definitions);

/// The key of a whole item; throws ItemError with PutItem's texts. The item is normalised.
std::string key_of_item(const wire::Value& item, const KeySchema& schema);
/// The key of a Key parameter, which must hold the key attributes and nothing else. Throws ItemError.
std::string key_of_key(const wire::Value& key, const KeySchema& schema);
/// The key attributes of an item, as a map.
wire::Value key_attributes(const wire::Value& item, const KeySchema& schema);

/// The key of the item's entry in an index; nothing when it lacks one of the index's attributes, or has it
/// with another type or empty: the index is sparse.
std::optional<std::string> key_of_entry(const wire::Value& item, const KeySchema& index,
                                        std::string_view item_key);
/// The item's own key at the end of an entry's.
std::string_view item_key_of_entry(std::string_view entry_key, const KeySchema& index);

/// The beginning of all keys of a partition. One normalised value for each hash attribute.
std::string partition_key(const std::vector<const wire::Value*>& hash);
/// Adds a range attribute's value, as far as it is a whole value, or as the beginning of one.
void append_key_part(std::string& key, const wire::Value& value);
void append_key_prefix(std::string& key, const wire::Value& value);
/// The first key behind all those that begin with this one; empty when there is none.
std::string behind(std::string prefix);

/// from <= key < to; an empty `to` has no bound.
struct KeyRange {
  std::string from, to;
};
/// Of segment s of a parallel Scan: 4096 steps of the hash are shared out, as AWS does.
KeyRange segment_range(std::int64_t segment, std::int64_t segments);

}  // namespace puddle::dynamodb
