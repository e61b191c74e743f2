// AttributeUpdates, UpdateItem's language of before the expressions. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "languages/expression/path.hpp"
#include "wire/shape.hpp"

namespace puddle::dynamodb {

struct AttributeUpdate {
  wire::Value value;
  std::optional<std::string> action;
  static wire::Shape shape();
};

/// Throws ItemError in AWS's words; values become normal.
class AttributeUpdates {
 public:
  explicit AttributeUpdates(std::map<std::string, AttributeUpdate> updates);
  void apply(wire::Map& item) const;
  bool uses(std::string_view attribute) const { return updates_.contains(attribute); }
  /// False when there are only deletions: then a missing item stays missing.
  bool creates() const;
  std::vector<expression::Path> paths() const;
  /// What is put or added to the attribute; nullptr when nothing is.
  const wire::Value* literal(std::string_view attribute) const;

 private:
  std::map<std::string, AttributeUpdate, std::less<>> updates_;
};

}  // namespace puddle::dynamodb
