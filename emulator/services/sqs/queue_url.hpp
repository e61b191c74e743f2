// Queue URLs in every form that clients know. Pure functions.
#pragma once
#include <string>
#include <string_view>

#include "aws/service.hpp"

namespace puddle::sqs {

/// What a QueueUrl says; the region and the account may be empty.
struct QueueUrl {
  std::string region, account, name;
};

/// "http://HOST/ACCOUNT/NAME", "http://sqs.REGION.HOST/ACCOUNT/NAME",
/// "http://REGION.queue.HOST/ACCOUNT/NAME", "http://HOST/queue/REGION/ACCOUNT/NAME", a path of these, or a
/// bare name. Never fails: what is no URL is a name that no queue has.
QueueUrl parse_queue_url(std::string_view url);

/// endpoint: "http://127.0.0.1:4566", as the client reached us. Forms that put the region into the host name
/// need a name that can have subdomains: for localhost and addresses that is localhost.localstack.cloud.
std::string make_queue_url(QueueUrls form, std::string_view endpoint, std::string_view region,
                           std::string_view account, std::string_view name);

}  // namespace puddle::sqs
