// GetQueueAttributes and SetQueueAttributes.
#include <algorithm>

#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

struct GetInput {
  std::optional<std::string> url;
  std::vector<std::string> names;
};

struct GetOutput {
  Attributes attributes;
};

GetOutput get(Sqs& sqs, const Call& call, const GetInput& in) {
  Queue& queue = sqs.require(call, in.url);
  sqs.expire(queue, call.now);
  std::vector<std::string> names;
  for (const std::string& name : in.names) {
    if (!known_attribute(name)) throw kInvalidAttributeName("Unknown Attribute " + name + ".");
    if (name == "All")
      names.insert(names.end(), all_attributes().begin(), all_attributes().end());
    else
      names.push_back(name);
  }
  GetOutput out;
  for (const std::string& name : names)
    if (auto value = attribute_of(queue, name, call.now)) out.attributes[name] = std::move(*value);
  return out;
}

struct SetInput {
  std::optional<std::string> url;
  Attributes attributes;
};

Empty set(Sqs& sqs, const Call& call, const SetInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (in.attributes.empty())
    throw kMissingParameter("The request must contain the parameter Attribute.Name.");
  const Attributes changes = check_attributes(sqs, AttributeOwner::of(queue), in.attributes);
  change_attributes(sqs, queue, changes, call.now);
  return {};
}

}  // namespace

Operation get_queue_attributes() {
  return operation<Sqs, GetInput, GetOutput>({
      .name = "GetQueueAttributes",
      .action = "sqs:GetQueueAttributes",
      .resource = [](Sqs& s, const Call& c, const GetInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&GetInput::url>("QueueUrl"),
                optional<&GetInput::names>("AttributeNames",
                                           {.at_name = "AttributeName", .flattened = true})},
      .output = {optional<&GetOutput::attributes>(
          "Attributes",
          {.at_name = "Attribute", .flattened = true, .key_name = "Name", .value_name = "Value"})},
      .errors = {kQueueDoesNotExist, kInvalidAttributeName, kMissingParameter},
      .handle = get,
  });
}

Operation set_queue_attributes() {
  return operation<Sqs, SetInput, Empty>({
      .name = "SetQueueAttributes",
      .action = "sqs:SetQueueAttributes",
      .resource = [](Sqs& s, const Call& c, const SetInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&SetInput::url>("QueueUrl"),
                required<&SetInput::attributes>(
                    "Attributes",
                    {.at_name = "Attribute", .flattened = true, .key_name = "Name", .value_name = "Value"})},
      .errors = {kQueueDoesNotExist, kInvalidAttributeName, kInvalidAttributeValue, kInvalidParameter,
                 kOverLimit, kMissingParameter},
      .handle = set,
  });
}

}  // namespace puddle::sqs
