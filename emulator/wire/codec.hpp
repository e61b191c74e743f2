// The AWS protocols between HTTP messages and Values. Stateless; engine thread or any other.
//
// A codec knows no operation: a Binding is what it needs of one.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "base/result.hpp"
#include "wire/shape.hpp"

namespace puddle::wire {

enum class Protocol { json_1_0, json_1_1, query, rest_json };

/// What is fixed for a service.
struct ServiceWire {
  std::string_view name;  ///< "sqs"
  Protocol protocol = Protocol::json_1_0;
  bool query_compatible = false;       ///< sqs: x-amzn-query-mode, and the Query protocol next to JSON
  std::string_view target_prefix{};    ///< "AmazonSQS", "DynamoDB_20120810"
  std::string_view api_version{};      ///< "2012-11-05"
  std::string_view xml_namespace{};    ///< "http://queue.amazonaws.com/doc/2012-11-05/"
  std::string_view error_namespace{};  ///< JSON "__type" prefix: "com.amazonaws.sqs#"; empty for none
  bool crc32 = false;                  ///< x-amz-crc32 on replies: dynamodb
};

struct Binding {
  std::string_view operation;
  const Shape* input = nullptr;
  const Shape* output = nullptr;
  std::string_view method = "POST";   ///< REST
  std::string_view path = "/";        ///< REST: "/2015-03-31/functions/{FunctionName}", "{Name+}" for greedy
  int status = 200;                   ///< of success
  std::string_view result_wrapper{};  ///< Query: element around the output; empty: OperationResult
};

/// An error as the client sees it.
struct Fault {
  std::string code;  ///< JSON: shape name, "QueueDoesNotExist"
  std::string
      query_code;  ///< Query and query-compatible: "AWS.SimpleQueueService.NonExistentQueue"; empty: code
  std::string message;
  int status = 400;
  bool sender = true;  ///< the client's fault
  Map members;         ///< further members of the error structure: "CancellationReasons"
};

/// What could not be decoded, as an AWS error: SerializationException, MalformedInput ...
using Decoded = Result<Value, Fault>;

class Codec {
 public:
  virtual ~Codec() = default;
  /// uri: values of the path's labels, for REST.
  virtual Decoded decode(const HttpRequest& request, const Binding& binding, const Parameters& uri) const = 0;
  virtual HttpResponse encode(const Value& output, const Binding& binding,
                              std::string_view request_id) const = 0;
  virtual HttpResponse encode_error(const Fault& fault, std::string_view request_id) const = 0;
};

std::unique_ptr<Codec> make_codec(const ServiceWire& service, Protocol protocol);
/// The Query protocol for a client that accepts application/json, as API Gateway's integrations do: decodes
/// like query and answers {"SendMessageResponse":{"ResponseMetadata":{...},"SendMessageResult":{...}}},
/// members sorted, nulls kept.
std::unique_ptr<Codec> make_query_json_codec(const ServiceWire& service);

}  // namespace puddle::wire
