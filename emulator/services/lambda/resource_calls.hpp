// What the CloudFormation resource types of Lambda share: template values, which are often texts, as the
// operations want them, and deletion.
#pragma once
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {

/// version_resources.cpp: AWS::Lambda::Version, Alias, LayerVersion, Url and EventInvokeConfig.
std::vector<ResourceType> more_resource_types();

/// Calls an operation that deletes; a resource that is gone already is no error.
Task<void> remove_resource(ResourceRequest request, std::string operation, wire::Map input);

Value as_integer(const Value& v);
Value as_number(const Value& v);
Value as_flag(const Value& v);
Value as_text(const Value& v);

}  // namespace puddle::lambda
