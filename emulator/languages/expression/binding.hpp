// Binding: the leaves of a tree with what a request gives for them. For the languages of DynamoDB:
// expressions and PartiQL make trees of one kind.
#pragma once
#include <string>
#include <vector>

#include "languages/expression/ast.hpp"
#include "languages/expression/path.hpp"
#include "languages/expression/placeholders.hpp"

namespace puddle::expression {

class Binding {
 public:
  std::vector<Path> paths;
  std::vector<const wire::Value*> values;

  const Path& path(const Node& leaf) const { return paths[leaf.slot]; }
  const wire::Value& value(const Node& leaf) const { return *values[leaf.slot]; }
};

/// Resolves one path; throws when a name is undefined. Prefix: "Invalid UpdateExpression: ".
Path resolve(const NamePath& path, Placeholders& placeholders, const std::string& prefix);
/// Resolves a value; throws when it is undefined.
const wire::Value* resolve(const std::string& value, Placeholders& placeholders, const std::string& prefix);

/// Whether a condition is true for the item.
bool holds(const Node& condition, const Binding& binding, const wire::Map& item);
/// The value of an operand of a condition; nullptr when the item has none. Scratch holds a computed one.
const wire::Value* operand(const Node& node, const Binding& binding, const wire::Map& item,
                           wire::Value& scratch);

}  // namespace puddle::expression
