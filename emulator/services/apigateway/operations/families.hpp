// The families of operations that operations.cpp lists, and the inputs and answers they share.
#pragma once
#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "services/apigateway/apigateway.hpp"

namespace puddle::apigateway {

std::vector<Operation> rest_api_operations();
std::vector<Operation> resource_operations();
std::vector<Operation> method_operations();
std::vector<Operation> method_response_operations();
std::vector<Operation> integration_operations();
std::vector<Operation> integration_response_operations();
std::vector<Operation> deployment_operations();
std::vector<Operation> stage_operations();
std::vector<Operation> account_operations();
std::vector<Operation> test_invoke_operations();

/// A label of the path: uri("restApiId", "restapi_id").
inline wire::Traits at_uri(std::string_view label) { return {.at = wire::Location::uri, .at_name = label}; }
inline wire::Traits at_query(std::string_view name) {
  return {.at = wire::Location::query_string, .at_name = name};
}

inline std::vector<ErrorType> usual_errors() { return {kBadRequest, kNotFound, kConflict, kLimitExceeded}; }

/// Input that names an API, a resource, a method and a status code, as far as the operation needs them.
struct Target {
  std::string api, resource, verb, status;
  std::string path() const {
    std::string out = "/restapis/" + api;
    if (!resource.empty()) out += "/resources/" + resource;
    if (!verb.empty()) out += "/methods/" + verb;
    return out;
  }
};
template <class In>
std::string target_arn(ApiGateway&, const Call& call, const In& in) {
  return control_arn(call, in.path());
}
// The inputs derive from Target alone, so its members sit at the start of each of them.
inline std::vector<wire::Field> api_fields() {
  return {required<&Target::api>("restApiId", at_uri("restapi_id"))};
}
inline std::vector<wire::Field> resource_fields() {
  auto out = api_fields();
  out.push_back(required<&Target::resource>("resourceId", at_uri("resource_id")));
  return out;
}
inline std::vector<wire::Field> method_fields() {
  auto out = resource_fields();
  out.push_back(required<&Target::verb>("httpMethod", at_uri("http_method")));
  return out;
}
inline std::vector<wire::Field> status_fields() {
  auto out = method_fields();
  wire::Traits traits = at_uri("status_code");
  traits.pattern = "[1-5]\\d\\d";
  out.push_back(required<&Target::status>("statusCode", traits));
  return out;
}
inline wire::Shape joined(std::vector<wire::Field> a, std::vector<wire::Field> b) {
  for (wire::Field& f : b) a.push_back(std::move(f));
  return wire::Shape(std::move(a));
}

struct PatchOperation {
  std::string op, path;
  std::optional<std::string> value, from;
  static wire::Shape shape() {
    return {optional<&PatchOperation::op>("op"), optional<&PatchOperation::path>("path"),
            optional<&PatchOperation::value>("value"), optional<&PatchOperation::from>("from")};
  }
};

/// The page of `all` behind `position`, which is an index as text; `next` gets the position of the following
/// page.
template <class T>
std::vector<T> page(std::vector<T> all, const std::optional<std::string>& position, std::optional<int> limit,
                    std::optional<std::string>& next) {
  const auto from = position ? parse_int(*position) : std::optional<std::int64_t>(0);
  if (!from || *from < 0) throw kBadRequest("Invalid position specified");
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t count = limit ? std::clamp(*limit, 1, 500) : 25;
  const std::int64_t to = std::min(size, *from + count);
  if (to < size) next = std::to_string(to);
  if (*from >= to) return {};
  return {std::make_move_iterator(all.begin() + *from), std::make_move_iterator(all.begin() + to)};
}

}  // namespace puddle::apigateway
