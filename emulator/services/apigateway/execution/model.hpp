// Compiled: a snapshot of an API made ready to run: routes as a tree, templates parsed, patterns compiled.
// Immutable; shared by the calls that run on it. Failing templates are kept as failures: they fail the calls,
// not the deployment.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http.hpp"
#include "languages/vtl/vtl.hpp"
#include "services/apigateway/records.hpp"

namespace re2 {
class RE2;
}

namespace puddle::apigateway {

/// "arn:aws:apigateway:REGION:[sub.]SERVICE:path|action/REST".
struct ServiceUri {
  std::string region, service;
  bool action = false;
  std::string rest;  ///< without leading slashes
  static std::optional<ServiceUri> parse(std::string_view uri);
  /// Of lambda:path/2015-03-31/functions/ARN/invocations; empty for anything else.
  std::string function_arn() const;
};

/// Whether the text can stand on the right of a mapping.
bool valid_request_source(std::string_view source);
bool valid_response_source(std::string_view source);
bool valid_pattern(const std::string& pattern);

using Templates = std::vector<std::pair<std::string, Result<vtl::Template>>>;  ///< by media type

struct CompiledResponse {
  IntegrationResponse response;
  std::shared_ptr<const re2::RE2> pattern;  ///< null: the default response
  Templates templates;
  bool matches(const std::string& value) const;
};

struct CompiledMethod {
  explicit CompiledMethod(const Method& method);
  Method method;
  Templates request_templates;
  std::vector<CompiledResponse> responses;
  const Result<vtl::Template>* request_template(std::string_view media_type) const;
};

struct Route {
  std::string resource_id, path;
  std::map<std::string, CompiledMethod, std::less<>> methods;
};

class Compiled {
 public:
  explicit Compiled(const std::map<std::string, Resource>& resources);
  ~Compiled();
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  /// The route of a raw path and the values of its variables, decoded; null when nothing fits.
  const Route* match(std::string_view path, Parameters& variables) const;
  const Route* route(std::string_view resource_id) const;

 private:
  struct Node;
  static const Route* match(const Node& node, std::string_view rest, Parameters& variables);
  std::unique_ptr<Node> root_;
  std::map<std::string, std::unique_ptr<Route>, std::less<>> routes_;
};

}  // namespace puddle::apigateway
