// Calling what stands behind a method.
#include "base/log.hpp"
#include "base/text.hpp"
#include "services/apigateway/execution/execution.hpp"

namespace puddle::apigateway {
namespace {

using Finish = std::function<void(IntegrationReply)>;

/// Services that are called by a target header; the others speak the Query protocol.
std::string_view target_prefix(std::string_view service) {
  if (service == "dynamodb") return "DynamoDB_20120810";
  if (service == "streams" || service == "dynamodbstreams") return "DynamoDBStreams_20120810";
  if (service == "logs") return "Logs_20140328";
  return {};
}

std::string query_text(const Parameters& query) {
  std::string out;
  for (const auto& [name, value] : query)
    out += (out.empty() ? "?" : "&") + url_encode(name) + "=" + url_encode(value);
  return out;
}

HttpRequest service_request(IntegrationRequest& r) {
  HttpRequest out;
  out.method = r.method;
  std::string path = "/" + r.uri.rest;
  if (r.uri.action) {
    path = "/";
    const std::string_view prefix = target_prefix(r.uri.service);
    if (!prefix.empty()) {
      if (!r.headers.find("x-amz-target"))
        r.headers.set("X-Amz-Target", std::string(prefix) + "." + r.uri.rest);
      const std::string type = media_type(r.headers.get("content-type"));
      if (!type.starts_with("application/x-amz-json"))
        r.headers.set("Content-Type",
                      r.uri.service == "logs" ? "application/x-amz-json-1.1" : "application/x-amz-json-1.0");
    } else if (!r.headers.find("x-amz-target")) {
      r.query.emplace_back("Action", r.uri.rest);
    }
  }
  if (const std::size_t mark = path.find('?'); mark != std::string::npos) {
    if (auto more = parse_query(std::string_view(path).substr(mark + 1)))
      r.query.insert(r.query.begin(), more->begin(), more->end());
    path.resize(mark);
  }
  out.target = path + query_text(r.query);
  out.headers = std::move(r.headers);
  out.headers.set("Host", r.uri.service + "." + r.uri.region + ".amazonaws.com");
  out.body = std::move(r.body);
  out.peer = "in-process";
  return out;
}

std::string payload_text(const wire::Value& reply) {
  const wire::Value* payload = reply.find("Payload");
  if (!payload) return {};
  if (payload->kind() == wire::Value::Kind::bytes) return payload->bytes().data;
  return payload->is_text() ? payload->text() : std::string();
}

ClientCall invocation(const Execution& e, IntegrationRequest& r) {
  ClientCall call;
  call.service = "lambda";
  call.operation = "Invoke";
  wire::Map input;
  input.add("FunctionName", wire::Value(r.uri.function_arn()));
  input.add("InvocationType",
            wire::Value(std::string(r.headers.get("x-amz-invocation-type", "RequestResponse"))));
  input.add("Payload", wire::Value(Bytes(std::move(r.body))));
  call.input = wire::Value(std::move(input));
  call.principal = std::move(r.principal);
  call.account = e.account;
  call.region = r.uri.region;
  call.source_arn = e.execute_arn();
  call.source_account = e.account;
  call.trace_id = e.trace_id;
  return call;
}

/// Runs to its end even when the caller has been told of a timeout: what was started is not undone, as on
/// AWS.
Task<> perform(ApiGateway& gateway, std::shared_ptr<Execution> e, IntegrationRequest r, Finish finish) {
  IntegrationReply reply;
  try {
    if (r.uri.service == "lambda") {
      reply.lambda = true;
      ClientCall call = invocation(*e, r);
      Task<wire::Value> work = gateway.deps().client.call(std::move(call));
      wire::Value answer = co_await std::move(work);
      reply.body = payload_text(answer);
      if (const wire::Value* failed = answer.find("FunctionError"))
        reply.function_failed = !failed->is_null();
      if (const wire::Value* status = answer.find("StatusCode");
          status && status->kind() == wire::Value::Kind::integer)
        reply.status = static_cast<int>(status->integer());
    } else {
      std::string service = r.uri.service;
      std::string region = r.uri.region;
      Principal principal = r.principal;
      HttpRequest request = service_request(r);
      std::string source = e->execute_arn();
      std::string account = e->account;
      Task<HttpResponse> work =
          gateway.deps().client.http(std::move(service), std::move(request), std::move(principal),
                                     std::move(account), std::move(region), std::move(source));
      HttpResponse answer = co_await std::move(work);
      reply.status = answer.status;
      reply.headers = std::move(answer.headers);
      reply.body = std::move(answer.body);
    }
  } catch (const AwsError& error) {
    reply.trouble = IntegrationReply::Trouble::failed;
    reply.why = error.what();
  }
  finish(std::move(reply));
}

}  // namespace

Task<IntegrationReply> call_integration(ApiGateway& gateway, std::shared_ptr<Execution> e,
                                        IntegrationRequest request) {
  Loop& loop = gateway.deps().loop;
  const Duration timeout(e->method->method.integration->timeout);
  auto done = std::make_shared<bool>(false);
  Completion<IntegrationReply> finished;
  Finish finish = [finished, done](IntegrationReply reply) {
    if (std::exchange(*done, true)) return;
    finished.complete(std::move(reply));
  };
  Task<> work = perform(gateway, e, std::move(request), finish);
  gateway.tasks().spawn(std::move(work));
  Loop::TimerId timer = 0;
  if (!*done) {
    timer = loop.at(loop.now() + timeout, [finish] {
      IntegrationReply late;
      late.trouble = IntegrationReply::Trouble::timeout;
      finish(std::move(late));
    });
  }
  IntegrationReply reply = co_await finished;
  if (timer != 0) loop.cancel(timer);
  co_return std::move(reply);
}

}  // namespace puddle::apigateway
