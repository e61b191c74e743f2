// TestInvokeMethod: runs the current method, deployed or not, and answers with its log.
#include "runtime/random.hpp"
#include "services/apigateway/execution/execution.hpp"
#include "services/apigateway/operations/families.hpp"

namespace puddle::apigateway {
namespace {

struct TestIn : Target {
  std::optional<std::string> path_with_query, body;
  Texts headers, stage_variables;
  std::map<std::string, std::vector<std::string>> multi_headers;
  std::optional<Value> certificate;
};

struct TestOut {
  int status = 0;
  std::string body, log;
  Texts headers;
  std::map<std::string, std::vector<std::string>> multi_headers;
  std::int64_t latency = 0;
};

std::shared_ptr<Execution> prepare(ApiGateway& gateway, const Call& call, const TestIn& in) {
  gateway.need_method(call, in.api, in.resource, in.verb);
  refuse_given(in.certificate.has_value(), "clientCertificateId");
  const Api& api = gateway.need_api(call, in.api);
  auto e = std::make_shared<Execution>();
  e->compiled = std::make_shared<const Compiled>(api.resources);
  e->route = e->compiled->route(in.resource);
  e->method = &e->route->methods.find(in.verb)->second;
  e->account = api.account;
  e->region = api.region;
  e->api = api.id;
  e->stage = "test-invoke-stage";
  e->binary_types = api.binary_types;
  e->stage_variables = in.stage_variables;
  e->verb = in.verb == "ANY" ? "POST" : in.verb;
  e->domain = e->domain_prefix = "testPrefix";
  e->domain += ".testDomainName";
  const std::string target = in.path_with_query.value_or(e->route->path);
  const auto parts = cut(target, "?");
  e->path = parts ? std::string(parts->first) : target;
  if (parts)
    if (auto query = parse_query(parts->second)) e->query = std::move(*query);
  if (!e->path.starts_with('/')) e->path.insert(0, "/");
  if (in.path_with_query) {
    Parameters variables;
    if (e->compiled->match(e->path, variables) == e->route) e->variables = std::move(variables);
  }
  for (const auto& [name, value] : in.headers) e->headers.add(name, value);
  for (const auto& [name, values] : in.multi_headers)
    for (const std::string& value : values) e->headers.add(name, value);
  e->body = in.body.value_or("");
  e->request_id = uuid(gateway.deps().entropy);
  e->extended_id = random_text(gateway.deps().entropy, 15, kLowerAlnum) + "=";
  e->trace_id =
      "Root=1-" + hex(gateway.deps().entropy.bytes(4)) + "-" + hex(gateway.deps().entropy.bytes(12));
  e->source_ip = "test-invoke-source-ip";
  e->user_agent = call.user_agent;
  e->start = call.now;
  e->test = true;
  return e;
}

TestOut report(const Execution& e, HttpResponse response, Time now) {
  TestOut out;
  out.status = response.status;
  out.body = std::move(response.body);
  out.log = e.log;
  for (const auto& [name, value] : response.headers.entries()) {
    out.headers[name] = value;
    out.multi_headers[name].push_back(value);
  }
  out.latency = (now - e.start).count();
  return out;
}

Task<TestOut> test(ApiGateway& gateway, const Call& call, TestIn in) {
  std::shared_ptr<Execution> e = prepare(gateway, call, in);
  Task<HttpResponse> work = run(gateway, e);
  HttpResponse response = co_await std::move(work);
  TestOut out = report(*e, std::move(response), gateway.deps().loop.now());
  co_return std::move(out);
}

}  // namespace

std::vector<Operation> test_invoke_operations() {
  std::vector<Operation> out;
  out.push_back(operation<ApiGateway, TestIn, TestOut>(
      {.name = "TestInvokeMethod",
       .action = "apigateway:POST",
       .resource = target_arn<TestIn>,
       .http = {"POST", "/restapis/{restapi_id}/resources/{resource_id}/methods/{http_method}"},
       .input =
           joined(method_fields(), {optional<&TestIn::path_with_query>("pathWithQueryString"),
                                    optional<&TestIn::body>("body"), optional<&TestIn::headers>("headers"),
                                    optional<&TestIn::multi_headers>("multiValueHeaders"),
                                    optional<&TestIn::certificate>("clientCertificateId"),
                                    optional<&TestIn::stage_variables>("stageVariables")}),
       .output = {required<&TestOut::status>("status"), required<&TestOut::body>("body"),
                  required<&TestOut::headers>("headers"),
                  required<&TestOut::multi_headers>("multiValueHeaders"), required<&TestOut::log>("log"),
                  required<&TestOut::latency>("latency")},
       .errors = usual_errors(),
       .wait = test}));
  return out;
}

}  // namespace puddle::apigateway
