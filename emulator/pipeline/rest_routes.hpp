// RestRoutes: method and path of a REST-JSON request -> operation and the values of the path's labels.
// "/2015-03-31/functions/{FunctionName}/code", "{name+}" for the rest of the path, "?import" for a fixed
// query word.
#pragma once
#include <string_view>
#include <vector>

#include "aws/operation.hpp"

namespace puddle {

class RestRoutes {
 public:
  void add(const Operation& op);
  /// nullptr when nothing fits. A literal segment wins over a label.
  const Operation* match(std::string_view method, std::string_view target, Parameters& labels) const;

 private:
  struct Route {
    const Operation* op;
    std::vector<std::string_view> segments;
    std::string_view query;  // word that must be in the query string
    int labels = 0;
  };
  static bool fits(const Route& route, const std::vector<std::string_view>& segments, Parameters& labels);
  std::vector<Route> routes_;  // fewest labels first
};

}  // namespace puddle
