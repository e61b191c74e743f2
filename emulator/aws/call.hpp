// Call: everything about one request that is not its input.
#pragma once
#include <memory>
#include <string>

#include "aws/principal.hpp"
#include "base/time.hpp"

namespace puddle {

struct Call {
  std::string account;  ///< 12 digits
  std::string region;   ///< "us-east-1"
  Principal principal;
  std::string access_key;  ///< empty for in-process calls
  std::string request_id;
  Time now;              ///< read once; waiting handlers ask the loop again after each wait
  std::string endpoint;  ///< "http://127.0.0.1:4566", from the Host header; for queue URLs and links
  std::string source_ip;
  std::string user_agent;
  std::string trace_id;  ///< X-Amzn-Trace-Id header, may be empty
  /// A service that acts for somebody sets the condition keys of its call: aws:SourceArn, aws:SourceAccount.
  std::string source_arn;
  std::string source_account;
  bool in_process = false;      ///< from a service of ours, not over HTTP
  bool query_protocol = false;  ///< the Query protocol is spoken (error wording differs for some services)
  std::shared_ptr<const bool> gone;  ///< true when the client went away; may be null
};

}  // namespace puddle
