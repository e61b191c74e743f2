// The parameters that item operations share: which exclude one another, and placeholders of expressions.
// Pure; throws ItemError or expression::Error in AWS's words.
#pragma once
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "languages/expression/cache.hpp"
#include "services/dynamodb/items/conditions.hpp"
#include "services/dynamodb/items/key.hpp"

namespace puddle::dynamodb {

struct Given {
  const char* name;
  bool given;
};
/// The checks before anything is parsed: languages mixed, placeholders without expressions.
void check_parameters(std::initializer_list<Given> legacy, std::initializer_list<Given> expressions,
                      const wire::Value& names, const wire::Value& values);

using ItemTest = std::function<bool(const wire::Map&)>;
using ItemView = std::function<wire::Map(const wire::Map&)>;

/// The expressions of one request over its placeholders. What it hands out keeps the placeholders alive.
/// Level: see placeholders_of.
class Expressions {
 public:
  Expressions(expression::Cache& cache, const wire::Value& names, const wire::Value& values, int level = 1);
  /// A condition or filter; empty when there is none. The paths in it go to `paths`.
  ItemTest condition(const std::optional<std::string>& text, std::string_view parameter,
                     std::vector<expression::Path>* paths = nullptr);
  std::shared_ptr<const expression::Projection> projection(const std::optional<std::string>& text);
  std::shared_ptr<const expression::Update> update(const std::optional<std::string>& text);
  expression::KeyConditionExpression key_condition(const std::string& text);
  /// After all of them.
  void check_unused() const { placeholders_->check_unused(); }
  std::shared_ptr<expression::Placeholders> placeholders() const { return placeholders_; }

 private:
  expression::Cache& cache_;
  std::shared_ptr<expression::Placeholders> placeholders_;
};

/// Checks for duplicates. Names of top-level attributes; a path for each.
std::vector<expression::Path> paths_of(const std::vector<std::string>& attributes_to_get);
/// Throws when a path goes into a key attribute, which is a scalar. What: "Key" or "IndexKey".
void check_key_paths(const std::vector<expression::Path>& paths, const KeySchema& keys, const char* what);

}  // namespace puddle::dynamodb
