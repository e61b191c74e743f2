// AWS JSON 1.0 and 1.1: X-Amz-Target, a JSON body each way.
#include "wire/codec_json.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "wire/convert.hpp"
#include "wire/json.hpp"

namespace puddle::wire {

Decoded JsonCodec::decode(const HttpRequest& request, const Binding& binding, const Parameters&) const {
  if (request.body.empty()) return Value(Map());
  auto parsed = parse_json(request.body);
  if (!parsed) return serialization_fault("");
  if (!parsed->is_map()) return serialization_fault("Unexpected value type in payload");
  if (std::string error = convert_structure(*parsed, *binding.input); !error.empty())
    return serialization_fault(std::move(error));
  return std::move(*parsed);
}

void JsonCodec::finish(HttpResponse& response, std::string_view request_id) const {
  response.headers.add("Content-Type", service_.protocol == Protocol::json_1_1
                                           ? "application/x-amz-json-1.1"
                                           : "application/x-amz-json-1.0");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  if (service_.crc32) response.headers.add("x-amz-crc32", std::to_string(crc32(response.body)));
}

HttpResponse JsonCodec::encode(const Value& output, const Binding& binding,
                               std::string_view request_id) const {
  HttpResponse response;
  // An operation without output members answers an empty body, as AWS does.
  if (!binding.output->fields.empty()) append_json(response.body, output);
  finish(response, request_id);
  return response;
}

HttpResponse JsonCodec::encode_error(const Fault& fault, std::string_view request_id) const {
  HttpResponse response;
  response.status = fault.status;
  std::string type;
  const bool coral =
      fault.code == "SerializationException" || fault.code == "UnknownOperationException" ||
      fault.code == "InternalFailure" || fault.code == "AccessDeniedException" ||
      fault.code == "UnrecognizedClientException" || fault.code == "MissingAuthenticationTokenException" ||
      fault.code == "IncompleteSignatureException" || fault.code == "InvalidSignatureException";
  if (!service_.error_namespace.empty()) {
    if (coral)
      type = "com.amazon.coral.service#";
    else if (fault.code == "ValidationException" && service_.crc32)
      type = "com.amazon.coral.validate#";
    else
      type = service_.error_namespace;
  }
  type += fault.code;
  Map body;
  body.add("__type", std::move(type));
  for (const auto& [name, member] : fault.members) body.add(name, member);
  const bool capital = fault.code == "SerializationException" || fault.code == "AccessDeniedException";
  // An error whose own member it is has it once.
  if (!fault.message.empty() && !fault.members.find("Message"))
    body.add(capital && !service_.error_namespace.empty() ? "Message" : "message", fault.message);
  append_json(response.body, Value(std::move(body)));
  if (service_.query_compatible)
    response.headers.add("x-amzn-query-error", (fault.query_code.empty() ? fault.code : fault.query_code) +
                                                   (fault.sender ? ";Sender" : ";Receiver"));
  finish(response, request_id);
  return response;
}

}  // namespace puddle::wire
