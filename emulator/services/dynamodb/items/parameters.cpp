#include "services/dynamodb/items/parameters.hpp"

#include <algorithm>

#include "services/dynamodb/items/attribute_value.hpp"

namespace puddle::dynamodb {
namespace {

using std::string_view;
using wire::Map;
using wire::Value;

std::string names_of(const std::vector<Given>& parameters) {
  std::string out;
  for (const Given& p : parameters)
    if (p.given) out.append(out.empty() ? "" : ", ").append(p.name);
  return out;
}

bool any(const std::vector<Given>& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [](const Given& p) { return p.given; });
}

}  // namespace

void check_parameters(std::initializer_list<Given> legacy_list, std::initializer_list<Given> expression_list,
                      const Value& names, const Value& values) {
  std::vector<Given> legacy(legacy_list), valued;
  const std::vector<Given> expressions(expression_list);
  const auto given = [&](string_view name) {
    return std::any_of(expressions.begin(), expressions.end(),
                       [&](const Given& e) { return e.name == name && e.given; });
  };
  if (any(expressions)) {
    // The service's own exception: a filter expression goes with the older key conditions.
    if (!given("KeyConditionExpression"))
      std::erase_if(legacy, [](const Given& p) { return string_view(p.name) == "KeyConditions"; });
    if (any(legacy))
      throw ItemError{
          "Can not use both expression and non-expression parameters in the same request: Non-expression "
          "parameters: {" +
          names_of(legacy) + "} Expression parameters: {" + names_of(expressions) + "}"};
  }
  if (!names.is_null() && !any(expressions))
    throw ItemError{"ExpressionAttributeNames can only be specified when using expressions"};
  for (const Given& e : expressions)
    if (string_view(e.name) != "ProjectionExpression") valued.push_back(e);
  if (values.is_null() || valued.empty() || any(valued)) return;
  std::string all;
  for (const Given& e : valued) all.append(all.empty() ? "" : " and ").append(e.name);
  throw ItemError{"ExpressionAttributeValues can only be specified when using expressions: " + all +
                  (valued.size() > 1 ? " are null" : " is null")};
}

Expressions::Expressions(expression::Cache& cache, const Value& names, const Value& values, int level)
    : cache_(cache),
      placeholders_(std::make_shared<expression::Placeholders>(placeholders_of(names, values, level))) {}

ItemTest Expressions::condition(const std::optional<std::string>& text, string_view parameter,
                                std::vector<expression::Path>* paths) {
  if (!text) return {};
  auto condition = std::make_shared<const expression::Condition>(cache_.condition(*text, parameter),
                                                                 *placeholders_, parameter);
  if (paths) *paths = condition->paths();
  return [condition, placeholders = placeholders_](const Map& item) { return condition->holds(item); };
}

std::shared_ptr<const expression::Projection> Expressions::projection(
    const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return std::make_shared<const expression::Projection>(cache_.projection(*text), *placeholders_);
}

std::shared_ptr<const expression::Update> Expressions::update(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return std::make_shared<const expression::Update>(cache_.update(*text), *placeholders_);
}

expression::KeyConditionExpression Expressions::key_condition(const std::string& text) {
  return {cache_.condition(text, "KeyConditionExpression"), *placeholders_};
}

std::vector<expression::Path> paths_of(const std::vector<std::string>& attributes_to_get) {
  std::vector<expression::Path> out;
  for (const std::string& name : attributes_to_get) {
    if (name.size() > 65'535) throw ItemError{"Attribute name is too large, must be less than 65536 bytes"};
    expression::Step step;
    step.name = name;
    for (const expression::Path& other : out)
      if (other[0] == step)
        throw ItemError{"One or more parameter values were invalid: Duplicate value in attribute name: " +
                        name};
    out.push_back({std::move(step)});
  }
  return out;
}

void check_key_paths(const std::vector<expression::Path>& paths, const KeySchema& keys, const char* what) {
  for (const expression::Path& path : paths)
    if (path.size() > 1 && keys.find(path[0].name))
      throw ItemError{
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
          std::string(what) + ": " + path[0].name};
}

}  // namespace puddle::dynamodb
