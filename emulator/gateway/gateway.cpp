#include "gateway/gateway.hpp"

#include <exception>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

std::vector<ServiceDescription> descriptions(const Dispatcher& dispatcher) {
  std::vector<ServiceDescription> out;
  for (const Service* service : dispatcher.services()) {
    const wire::ServiceWire& wire = service->wire();
    ServiceDescription d;
    d.name = wire.name;
    d.target_prefix = wire.target_prefix;
    d.api_version = wire.api_version;
    d.protocol = wire.protocol;
    d.query_compatible = wire.query_compatible;
    for (const std::string_view name : service->known_operations()) d.actions.emplace_back(name);
    if (wire.protocol == wire::Protocol::rest_json)
      for (const Operation& op : service->operations()) d.rest_paths.emplace_back(op.http.path);
    out.push_back(std::move(d));
  }
  return out;
}

constexpr std::size_t kDynamoDbBody = 16 << 20;  // what that service takes

std::string action_of(const HttpRequest& request) {
  std::vector<std::string_view> sources{request.query()};
  if (request.method == "POST") sources.push_back(request.body);
  for (const std::string_view source : sources)
    if (const auto form = parse_query(source, 1000))
      for (const auto& [name, value] : *form)
        if (name == "Action") return value;
  return {};
}

/// Browsers ask before they send; anything may come from anywhere, as this is a machine for developers.
void allow_origin(HttpResponse& response) {
  if (response.headers.find("access-control-allow-origin")) return;
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Expose-Headers", "*, x-amzn-requestid, x-amzn-errortype, x-amz-crc32");
}

HttpResponse preflight(const HttpRequest& request) {
  HttpResponse response;
  response.status = 204;
  response.headers.add("Access-Control-Allow-Methods",
                       std::string(request.headers.get("access-control-request-method",
                                                       "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")));
  response.headers.add("Access-Control-Allow-Headers",
                       std::string(request.headers.get("access-control-request-headers", "*")));
  response.headers.add("Access-Control-Max-Age", "600");
  if (request.headers.find("access-control-request-private-network"))
    response.headers.add("Access-Control-Allow-Private-Network", "true");
  return response;
}

HttpResponse internal_error() {
  return json_response(500,
                       wire::Value(wire::Map{{"__type", wire::Value("InternalFailure")},
                                             {"message", wire::Value("Internal failure; see the log.")}}));
}

}  // namespace

Gateway::Gateway(Parts parts, Options options)
    : parts_(parts),
      options_(std::move(options)),
      router_(descriptions(parts.dispatcher)),
      control_(parts.dispatcher, parts.settings, parts.store, parts.loop, options_.control) {}

Gateway::~Gateway() = default;

void Gateway::handle(HttpRequest request, Respond respond) {
  try {
    route(std::move(request), respond);
  } catch (const std::exception& e) {
    // A bug of ours in front of the dispatcher, which catches its own. An answer that was given already is
    // ignored.
    PUDDLE_LOG(error, "gateway", std::string("a request failed: ") + e.what());
    respond(internal_error());
  }
}

void Gateway::route(HttpRequest&& request, const Respond& respond) {
  if (control_.mounted(request.path())) return control_.handle(std::move(request), respond);
  const Signature signature =
      options_.auth == AuthMode::enforce ? parse_signature(request) : parse_scope(request);
  const Target target = router_.route(request, signature.present ? std::string_view(signature.service) : "");
  // What a REST API or a function says to browsers is its own affair.
  if (target.kind == Target::Kind::execute_api || target.kind == Target::Kind::function_url)
    return serve(target, request, signature, respond);
  if (!request.headers.find("origin")) return serve_api(target, std::move(request), signature, respond);
  const Respond answer = [respond](HttpResponse response) {
    allow_origin(response);
    respond(std::move(response));
  };
  if (request.method == "OPTIONS") return answer(preflight(request));
  serve_api(target, std::move(request), signature, answer);
}

void Gateway::serve_api(const Target& target, HttpRequest&& request, const Signature& signature,
                        const Respond& answer) {
  switch (target.kind) {
    case Target::Kind::control:
      if (tool(request, signature, answer)) return;
      return control_.handle(std::move(request), answer);
    case Target::Kind::api:
    case Target::Kind::queue_url:
      return call(target, std::move(request), signature, answer);
    default:
      return unknown(target, request, signature, answer);
  }
}

std::optional<wire::Fault> Gateway::authenticate(const HttpRequest& request, const Signature& signature,
                                                 AuthMode mode, Call& call) {
  if (auto refused = parts_.authenticator.authenticate(request, signature, mode, parts_.loop.now(), call))
    return refused;
  call.request_id = uuid(parts_.entropy);
  const std::string_view host = request.headers.get("host");
  call.endpoint = host.empty() ? parts_.settings.endpoint : "http://" + std::string(host);
  return std::nullopt;
}

/// Links in mails carry no signature; their operations say so.
bool Gateway::needs_no_signature(const Service& service, const HttpRequest& request) const {
  if (service.wire().protocol != wire::Protocol::query) return false;
  const std::string action = action_of(request);
  for (const Operation& op : service.operations())
    if (op.name == action) return op.access == Access::anyone;
  return false;
}

void Gateway::call(const Target& target, HttpRequest&& request, const Signature& signature,
                   const Respond& respond) {
  Service* service = parts_.dispatcher.service(target.service);
  if (!service) return unknown(target, request, signature, respond);
  if (service->wire().name == "dynamodb" && request.body.size() > kDynamoDbBody) {
    HttpResponse too_large;
    too_large.status = 413;
    return respond(std::move(too_large));
  }
  AuthMode mode = options_.auth;
  if (!signature.present && mode == AuthMode::enforce && needs_no_signature(*service, request))
    mode = AuthMode::off;
  Call made;
  if (const auto refused = authenticate(request, signature, mode, made))
    return respond(refusal(*service, request, *refused));
  if (target.kind == Target::Kind::queue_url) {
    // The service knows the plain form of the address; its region counts more than the signature's.
    const std::string_view query = request.query();
    const std::string rest = query.empty() ? std::string() : "?" + std::string(query);
    request.target = "/" + target.account + "/" + url_encode(target.queue) + rest;
    if (!target.region.empty()) made.region = target.region;
  }
  // Requests that are no operations: links opened in a browser, and what a queue's own URL refuses.
  const bool page = !signature.present && request.method == "GET";
  if ((page || target.kind == Target::Kind::queue_url) && service->serve(request, made, respond)) return;
  parts_.dispatcher.handle(*service, request, std::move(made), respond);
}

/// execute-api and function URLs. Whether they need a signature is decided by the method or URL that is
/// called; a signature that is there must be right.
void Gateway::serve(const Target& target, const HttpRequest& request, const Signature& signature,
                    const Respond& respond) {
  Service* service = parts_.dispatcher.service(target.service);
  Call made;
  if (const auto why =
          authenticate(request, signature, signature.present ? options_.auth : AuthMode::off, made)) {
    HttpResponse refused = json_response(403, wire::Value(wire::Map{{"message", wire::Value(why->message)}}));
    refused.headers.add("x-amzn-ErrorType", why->code);
    return respond(std::move(refused));
  }
  if (!signature.present) {
    made.principal = Principal{};
    made.principal.kind = Principal::Kind::anonymous;
    made.principal.account = made.account;
  }
  if (service && service->serve(request, made, respond)) return;
  HttpResponse response = json_response(404, wire::Value(wire::Map{{"message", wire::Value("Not Found")}}));
  respond(std::move(response));
}

/// "/_aws/SERVICE/...": what a service offers to tools beside its operations. Never signed for the service.
bool Gateway::tool(const HttpRequest& request, const Signature& signature, const Respond& respond) {
  constexpr std::string_view kPrefix = "/_aws/";
  const std::string_view path = request.path();
  if (!path.starts_with(kPrefix)) return false;
  const std::string_view rest = path.substr(kPrefix.size());
  Service* service = parts_.dispatcher.service(rest.substr(0, rest.find('/')));
  if (!service) return false;
  Call made;
  return !authenticate(request, signature, AuthMode::off, made) && service->serve(request, made, respond);
}

void Gateway::unknown(const Target& target, const HttpRequest& request, const Signature& signature,
                      const Respond& respond) {
  if (!signature.present) {
    // A service may have pages at paths of its own (SNS's signing certificate).
    Call made;
    if (!authenticate(request, signature, AuthMode::off, made))
      for (Service* service : parts_.dispatcher.services())
        if (service->serve(request, made, respond)) return;
  }
  const std::string id = uuid(parts_.entropy);
  const bool named = !target.service.empty();
  const int status = named ? 400 : 403;
  const std::string code = named ? "UnknownServiceException" : "MissingAuthenticationTokenException";
  const std::string message = named ? "The service '" + target.service + "' is not emulated by Puddle."
                                    : "Missing Authentication Token";
  HttpResponse response;
  if (request.headers.get("content-type").starts_with("application/x-www-form-urlencoded")) {
    response.status = status;
    response.headers.add("Content-Type", "text/xml");
    const std::string short_code = code.substr(0, code.size() - std::string_view("Exception").size());
    response.body = "<ErrorResponse><Error><Type>Sender</Type><Code>" + short_code + "</Code><Message>" +
                    xml_escape(message) + "</Message></Error><RequestId>" + id +
                    "</RequestId></ErrorResponse>";
  } else {
    response = json_response(
        status, wire::Value(wire::Map{{"__type", wire::Value(code)}, {"message", wire::Value(message)}}));
  }
  response.headers.add("x-amzn-RequestId", id);
  response.headers.add("x-amzn-ErrorType", code);
  respond(std::move(response));
}

/// In the words of the service that was asked.
HttpResponse Gateway::refusal(const Service& service, const HttpRequest& request, const wire::Fault& fault) {
  wire::Protocol protocol = service.wire().protocol;
  if (service.wire().query_compatible && !request.headers.find("x-amz-target"))
    protocol = wire::Protocol::query;
  const auto codec = wire::make_codec(service.wire(), protocol);
  return codec->encode_error(fault, uuid(parts_.entropy));
}

}  // namespace puddle
