// Execution: one call through a deployed (or, for TestInvokeMethod, the current) method. Owned by its
// coroutine through a shared_ptr; engine thread only. Everything that goes wrong on the way is a
// GatewayFault, answered as AWS does.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/apigateway/apigateway.hpp"
#include "services/apigateway/execution/model.hpp"

namespace puddle::apigateway {

/// A gateway response: thrown by the steps, caught by run().
struct GatewayFault {
  int status = 500;
  std::string_view type = "InternalServerErrorException";
  std::string message = "Internal server error";
  std::string why;  ///< for the log: "Execution failed ..."
};
[[noreturn]] void configuration_error(const std::string& why);

struct Execution {
  std::shared_ptr<const Compiled> compiled;  ///< keeps `route` and `method` alive
  const Route* route = nullptr;
  const CompiledMethod* method = nullptr;
  std::string account, region, api, stage, deployment, domain, domain_prefix;
  std::vector<std::string> binary_types;
  Texts stage_variables;
  std::string verb;
  std::string path;      ///< raw, without the stage
  Parameters variables;  ///< of the path, decoded
  Parameters query;
  Headers headers;
  std::string body;
  std::string request_id, extended_id, trace_id, source_ip, user_agent;
  Time start;
  wire::Map overrides;  ///< what templates set in $context.requestOverride and responseOverride
  bool test = false;
  std::string log;  ///< of a test

  std::string execute_arn() const;
  void note(Time now, std::string_view line);
};

/// What goes to the integration.
struct IntegrationRequest {
  ServiceUri uri;
  std::string method;
  Headers headers;
  Parameters query;
  Texts path;
  std::string body;
  Principal principal;
};

struct IntegrationReply {
  int status = 200;
  Headers headers;
  std::string body;
  bool lambda = false, function_failed = false;
  enum class Trouble { none, timeout, failed } trouble = Trouble::none;
  std::string why;
};

// context.cpp
wire::Map context_of(const Execution& e);
wire::Map parameters_of(const Execution& e);
wire::Map stage_variables_of(const Execution& e);
std::string map_text(const Parameters& entries);
/// The last value of a name, which is compared with its case.
const std::string* last_of(const Parameters& entries, std::string_view name);
std::string media_type(std::string_view header);
bool is_binary(const Execution& e, std::string_view type);

// mapping.cpp
/// Parameter mapping, template, overrides, defaults: the request of an AWS integration.
IntegrationRequest integration_request(ApiGateway& gateway, Execution& e);
/// The text of the request template, or the body where it passes through. Throws 415.
std::string transformed_body(Execution& e);
std::string rendered(Execution& e, const Result<vtl::Template>& source, std::string_view body);
Principal integration_principal(ApiGateway& gateway, const Execution& e);
ServiceUri rendered_uri(const Execution& e);

// integrations.cpp
/// Calls the integration, at most its timeout long. Never throws: trouble is in the reply.
Task<IntegrationReply> call_integration(ApiGateway& gateway, std::shared_ptr<Execution> e,
                                        IntegrationRequest request);

// response.cpp
HttpResponse integration_response(Execution& e, IntegrationReply reply, Time now);
/// MOCK: the status in the transformed request chooses the response.
HttpResponse mock_response(Execution& e, Time now);
HttpResponse fault_response(const GatewayFault& fault);

// proxy.cpp
IntegrationRequest proxy_request(ApiGateway& gateway, Execution& e);
HttpResponse proxy_response(const Execution& e, const IntegrationReply& reply);

/// The whole pipeline of a routed call.
Task<HttpResponse> run(ApiGateway& gateway, std::shared_ptr<Execution> e);

}  // namespace puddle::apigateway
