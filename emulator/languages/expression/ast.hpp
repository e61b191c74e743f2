// The trees of the expression language: what a text says, with placeholders unresolved. Immutable once
// parsed.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace puddle::expression {

struct NameStep {
  std::string text;         ///< a name, or "#a"
  std::int64_t index = -1;  ///< of a list's element, when not negative
};
using NamePath = std::vector<NameStep>;

enum class Op {
  // operands
  path,   ///< slot: in Leaves::paths
  value,  ///< slot: in Leaves::values
  plus,
  minus,
  size,
  if_not_exists,
  list_append,
  // conditions
  logical_or,
  logical_and,
  logical_not,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  between,
  in,
  attribute_exists,
  attribute_not_exists,
  attribute_type,
  begins_with,
  contains,
  unknown_function,
};

struct Node {
  Op op = Op::path;
  std::uint32_t slot = 0;
  std::vector<Node> args;
};

/// As messages name it: "<", "BETWEEN", "begins_with".
std::string_view name_of(Op op);

/// What the leaves of a tree refer to, in the order of the text.
struct Leaves {
  std::vector<NamePath> paths;
  std::vector<std::string> values;  ///< ":v"
};

struct ConditionTree {
  Leaves leaves;
  Node root;
};

struct ProjectionTree {
  std::vector<NamePath> paths;
};

struct Action {
  enum class Section { set, remove, add, remove_from_set };
  Section section = Section::set;
  std::uint32_t path = 0;  ///< in Leaves::paths
  Node value;              ///< not for remove
};

struct UpdateTree {
  Leaves leaves;
  std::vector<Action> actions;
};

}  // namespace puddle::expression
