// Router: which part of the emulator a request is for. Pure: a request and the services' descriptions in, a
// Target out; no sockets, no state. Order of the rules: our own paths, execute-api in all its forms,
// X-Amz-Target, the signature's scope, host names, Version and Action of a form, queue URLs, prefixes of REST
// paths.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http.hpp"
#include "wire/codec.hpp"

namespace puddle {

/// What routing needs to know of a service.
struct ServiceDescription {
  std::string name;           ///< "dynamodbstreams"
  std::string target_prefix;  ///< "DynamoDBStreams_20120810"
  std::string api_version;    ///< "2012-08-10"
  wire::Protocol protocol = wire::Protocol::json_1_0;
  bool query_compatible = false;
  std::vector<std::string> actions;     ///< names of operations, the missing ones too
  std::vector<std::string> rest_paths;  ///< "/restapis/{restapi_id}"
};

struct Target {
  enum class Kind { api, execute_api, function_url, queue_url, control, unknown } kind = Kind::unknown;
  std::string service;  ///< api, queue_url: one of the services; unknown: what was asked for, may be empty
  std::string api, stage, path;  ///< execute_api: path starts with '/'; function_url: api is the URL's id
  std::string region, account, queue;  ///< queue_url; the region may be empty
  bool is_signed = false;
};

class Router {
 public:
  explicit Router(const std::vector<ServiceDescription>& services);
  /// scope: the service name in the request's signature, empty for an unsigned request.
  Target route(const HttpRequest& request, std::string_view scope) const;

 private:
  bool by_form(const HttpRequest& request, Target& target) const;
  std::set<std::string, std::less<>> names_;
  std::map<std::string, std::string, std::less<>> by_prefix_, by_rest_;
  std::multimap<std::string, std::string, std::less<>> by_version_, by_action_;
};

/// The host without its port, in lower case.
std::string host_of(const HttpRequest& request);

}  // namespace puddle
