// AWS's own managed policies: constant data, any thread. The list holds what serverless backends attach; an
// ARN that is not in it does not exist.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace puddle::iam {

struct AwsManaged {
  std::string_view name, path, version;  ///< path "/service-role/"; version: of the default version
  std::int64_t created, updated;         ///< seconds since 1970
  std::string_view document;
};

std::span<const AwsManaged> aws_managed();  ///< by name
/// nullptr when there is none.
const AwsManaged* find_aws_managed(std::string_view arn);

}  // namespace puddle::iam
