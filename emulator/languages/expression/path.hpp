// Document paths with their names resolved: a.b[2]. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "wire/value.hpp"

namespace puddle::expression {

struct Step {
  std::string name;         ///< of a member
  std::int64_t index = -1;  ///< or, when not negative, of a list's element
  bool is_index() const { return index >= 0; }
  bool operator==(const Step&) const = default;
};

/// The first step is a name: the attribute.
using Path = std::vector<Step>;

/// The value at the path, or nullptr.
const wire::Value* find(const wire::Map& item, const Path& path);
/// What is at the paths, nested as in the item; chosen elements of lists are packed together. Paths must not
/// overlap (Projection and Update see to that).
wire::Map project(const wire::Map& item, const std::vector<Path>& paths);
/// As messages show it: [a, b, [2]].
std::string to_message(const Path& path);
/// Throws Error with AWS's text when two paths overlap or conflict. Parameter: "ProjectionExpression".
void check_overlaps(const std::vector<Path>& paths, std::string_view parameter);

}  // namespace puddle::expression
