#include "languages/expression/binding.hpp"

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"

namespace puddle::expression {

Path resolve(const NamePath& path, Placeholders& placeholders, const std::string& prefix) {
  Path out;
  out.reserve(path.size());
  for (const NameStep& step : path) {
    if (step.index >= 0) {
      out.push_back(Step{{}, step.index});
    } else if (step.text[0] != '#') {
      out.push_back(Step{step.text});
    } else {
      const std::string* const name = placeholders.name(step.text);
      if (!name)
        throw Error{
            prefix +
            "An expression attribute name used in the document path is not defined; attribute name: " +
            step.text};
      out.push_back(Step{*name});
    }
  }
  return out;
}

const wire::Value* resolve(const std::string& value, Placeholders& placeholders, const std::string& prefix) {
  const wire::Value* const found = placeholders.value(value);
  if (!found)
    throw Error{prefix +
                "An expression attribute value used in expression is not defined; attribute value: " + value};
  return found;
}

}  // namespace puddle::expression
