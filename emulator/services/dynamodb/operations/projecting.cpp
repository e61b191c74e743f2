#include "services/dynamodb/operations/projecting.hpp"

namespace puddle::dynamodb {

Projecting::Projecting(expression::Cache& cache, const std::optional<std::vector<std::string>>& attributes,
                       const std::optional<std::string>& projection, const wire::Value& names) {
  if (!projection) {
    if (attributes) any_ = true, paths_ = paths_of(*attributes);
    return;
  }
  Expressions expressions(cache, names, {});
  *this = Projecting(expressions, attributes, projection);
  expressions.check_unused();
}

Projecting::Projecting(Expressions& expressions, const std::optional<std::vector<std::string>>& attributes,
                       const std::optional<std::string>& projection) {
  if (attributes) any_ = true, paths_ = paths_of(*attributes);
  if (projection) any_ = true, paths_ = expressions.projection(projection)->paths();
}

wire::Value Projecting::view(StoredItem item) const {
  if (!any_) return wire::Value(wire::Raw{std::move(item.json)});
  return wire::Value(view(item.value().map()));
}

}  // namespace puddle::dynamodb
