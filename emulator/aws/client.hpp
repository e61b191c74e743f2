// Client: the in-process door to every service: same pipeline, same IAM checks, no wire. Services meet only
// here and through jobs.
#pragma once
#include <string>
#include <string_view>

#include "aws/call.hpp"
#include "aws/error.hpp"
#include "base/http.hpp"
#include "runtime/task.hpp"
#include "wire/value.hpp"

namespace puddle {

struct ClientCall {
  std::string service;    ///< "sqs"
  std::string operation;  ///< "SendMessage"
  wire::Value input;      ///< a map by the operation's shape
  Principal principal;
  std::string account, region;
  std::string source_arn, source_account;  ///< condition keys of service principals
  std::string trace_id;
  std::string endpoint;  ///< for URLs in the answer; empty: the daemon's own
};

class Client {
 public:
  virtual ~Client() = default;
  /// Runs the operation; the answer is committed when it returns. Throws AwsError.
  virtual Task<wire::Value> call(ClientCall request) = 0;
  /// Runs an HTTP request against a service as if it had come in signed by the principal (API Gateway
  /// integrations).
  virtual Task<HttpResponse> http(std::string service, HttpRequest request, Principal principal,
                                  std::string account, std::string region, std::string source_arn) = 0;
};

}  // namespace puddle
