#include "languages/expression/binding.hpp"
#include "languages/expression/expression.hpp"

namespace puddle::expression {

Projection::Projection(std::shared_ptr<const ProjectionTree> tree, Placeholders& placeholders) {
  paths_.reserve(tree->paths.size());
  for (const NamePath& path : tree->paths)
    paths_.push_back(resolve(path, placeholders, "Invalid ProjectionExpression: "));
  check_overlaps(paths_, "ProjectionExpression");
}

}  // namespace puddle::expression
