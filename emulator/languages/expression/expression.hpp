// The expression language of DynamoDB: condition and filter, key condition, projection and update
// expressions.
//
// Two stages, in AWS's order of errors. A text is parsed to a tree, which knows nothing of a request, is
// immutable and may be kept (Cache). A tree is bound to a request's Placeholders; what is bound can be
// applied to any number of items. Both stages throw Error with AWS's complete text. Bound expressions refer
// to the Placeholders, which must outlive them. Pure; engine thread or any other.
//
//     Placeholders placeholders(names, values);
//     Update update(cache.update(text), placeholders);
//     Condition condition(cache.condition(text2, "ConditionExpression"), placeholders,
//     "ConditionExpression"); placeholders.check_unused(); if (!condition.holds(item)) ...
//     update.apply(item);
//
// Items are wire::Map of attribute name -> AttributeValue in normal form (attribute.hpp); a missing item is
// an empty map.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "languages/expression/error.hpp"
#include "languages/expression/path.hpp"
#include "languages/expression/placeholders.hpp"
#include "wire/value.hpp"

namespace puddle::expression {

struct ConditionTree;  // ast.hpp
struct ProjectionTree;
struct UpdateTree;

/// Parameter: the name for messages ("FilterExpression"). Key conditions are conditions, too.
std::shared_ptr<const ConditionTree> parse_condition(std::string_view text, std::string_view parameter);
std::shared_ptr<const ProjectionTree> parse_projection(std::string_view text);
std::shared_ptr<const UpdateTree> parse_update(std::string_view text);

class Binding;  // binding.hpp

/// A ConditionExpression or FilterExpression.
class Condition {
 public:
  Condition(std::shared_ptr<const ConditionTree> tree, Placeholders& placeholders,
            std::string_view parameter);
  bool holds(const wire::Map& item) const;
  /// The paths in it, in the order of the text: whoever forbids keys in filters looks at the first steps.
  const std::vector<Path>& paths() const;

 private:
  std::shared_ptr<const ConditionTree> tree_;
  std::shared_ptr<const Binding> binding_;
};

class Projection {
 public:
  Projection(std::shared_ptr<const ProjectionTree> tree, Placeholders& placeholders);
  const std::vector<Path>& paths() const { return paths_; }
  wire::Map apply(const wire::Map& item) const { return project(item, paths_); }

 private:
  std::vector<Path> paths_;
};

class Update {
 public:
  Update(std::shared_ptr<const UpdateTree> tree, Placeholders& placeholders);
  /// With everything known: PartiQL's.
  Update(std::shared_ptr<const UpdateTree> tree, std::shared_ptr<const Binding> binding);
  /// What is written, in the order of the text. project(old, paths()) is UPDATED_OLD, project(new, paths())
  /// UPDATED_NEW.
  const std::vector<Path>& paths() const { return paths_; }
  /// False when there are only REMOVE and DELETE clauses: then a missing item stays missing.
  bool creates() const;
  /// The literal that SET or ADD gives to a whole attribute, for checks of index keys before the item is
  /// read; nullptr when it is not written or computed.
  const wire::Value* literal(std::string_view attribute) const;
  /// Whether apply() reads or writes anything of the attribute.
  bool uses(std::string_view attribute) const;
  /// Changes the item. On Error it is unspecified.
  void apply(wire::Map& item) const;

 private:
  void check();
  std::shared_ptr<const UpdateTree> tree_;
  std::shared_ptr<const Binding> binding_;
  std::vector<Path> paths_;
};

/// One condition of a KeyConditionExpression; the attribute is always on the left.
struct KeyTest {
  enum class Op { eq, lt, le, gt, ge, between, begins_with };
  std::string attribute;
  Op op = Op::eq;
  const wire::Value* first = nullptr;
  const wire::Value* second = nullptr;  ///< between: the upper bound
};

/// A KeyConditionExpression. Its form is checked apart, because AWS does that after all other expressions of
/// the request are bound.
class KeyConditionExpression {
 public:
  KeyConditionExpression(std::shared_ptr<const ConditionTree> tree, Placeholders& placeholders);
  /// In the order of the text, one per attribute. Throws for another form than that of a key condition; a key
  /// schema is not looked at.
  std::vector<KeyTest> tests() const;

 private:
  std::shared_ptr<const ConditionTree> tree_;
  Condition condition_;
  Placeholders& placeholders_;
};

}  // namespace puddle::expression
