// CreateQueue: idempotent for equal attributes.
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

struct Input {
  std::optional<std::string> name;
  std::map<std::string, std::string> attributes, tags;
};

struct Output {
  std::string url;
};

void check_name(const std::string& name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  if (name.ends_with(".fifo"))
    throw kInvalidParameter("FIFO queues are not supported by Puddle yet: " + name);
  if (name.empty() || name.size() > 80 || name.find_first_not_of(kAllowed) != std::string::npos)
    throw kInvalidParameter(
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

Output handle(Sqs& sqs, const Call& call, const Input& in) {
  if (!in.name) throw kMissingParameter("The request must contain the parameter QueueName.");
  check_name(*in.name);
  check_attributes(sqs, call, nullptr, in.attributes);
  if (in.tags.size() > kMaxTags) throw kInvalidParameter("Too many tags added for queue " + *in.name + ".");
  if (const Queue* there = sqs.find(call.account, call.region, *in.name)) {
    for (const auto& [name, value] : in.attributes)
      if (attribute_of(*there, name, call.now).value_or("") != value)
        throw kQueueNameExists(
            "A queue already exists with the same name and a different value for attribute " + name);
    return {.url = sqs.url_of(call, *there)};
  }
  auto attributes = in.attributes;
  std::erase_if(attributes, [](const auto& item) { return item.second.empty(); });
  return {.url = sqs.url_of(call, sqs.create(call, *in.name, std::move(attributes), in.tags))};
}

}  // namespace

Operation create_queue() {
  return operation<Sqs, Input, Output>({
      .name = "CreateQueue",
      .action = "sqs:CreateQueue",
      .resource =
          [](Sqs&, const Call& c, const Input& in) {
            return "arn:aws:sqs:" + c.region + ":" + c.account + ":" + in.name.value_or("");
          },
      .input = {required<&Input::name>("QueueName"),
                optional<&Input::attributes>(
                    "Attributes",
                    {.at_name = "Attribute", .flattened = true, .key_name = "Name", .value_name = "Value"}),
                optional<&Input::tags>(
                    "tags", {.at_name = "Tag", .flattened = true, .key_name = "Key", .value_name = "Value"})},
      .output = {required<&Output::url>("QueueUrl")},
      .errors = {kQueueNameExists, kInvalidAttributeName, kInvalidAttributeValue, kInvalidParameter,
                 kMissingParameter},
      .handle = handle,
  });
}

}  // namespace puddle::sqs
