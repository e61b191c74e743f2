// ResourceType: a CloudFormation resource type, declared by the service that owns the resource
// (services/x/resources.cpp). Handlers work through the Client, as CloudFormation works through AWS's APIs.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/client.hpp"
#include "ports/loop.hpp"

namespace puddle {

struct ResourceRequest {
  Client* client = nullptr;
  Loop* loop = nullptr;  ///< to wait until a resource is ready
  Principal principal;   ///< whose permissions count
  std::string account, region;
  std::string stack_name, stack_id, logical_id;
  std::string physical_id;  ///< of the existing resource, for remove
  wire::Value properties;   ///< resolved; a map
  std::string name_suffix;  ///< "STACK-LOGICAL-1A2B3C4D5E6F", for a resource without a name of its own
  Time now;
};

struct ResourceResult {
  std::string physical_id;  ///< what Ref gives
  wire::Map attributes;     ///< what Fn::GetAtt gives
};

struct ResourceType {
  std::string name;                          ///< "AWS::SQS::Queue"
  std::vector<std::string_view> properties;  ///< honoured; any other is an error that names it
  std::vector<std::string_view> required{};
  Task<ResourceResult> (*create)(ResourceRequest) = nullptr;
  /// Deletes; a resource that is gone already is no error.
  Task<void> (*remove)(ResourceRequest) = nullptr;
};

}  // namespace puddle
