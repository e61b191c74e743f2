// CreateQueue: idempotent as long as the attributes that are given are the ones that the queue has.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"
#include "services/sqs/tags.hpp"

namespace puddle::sqs {
namespace {

struct Input {
  std::optional<std::string> name;
  Attributes attributes;
  Tags tags;
};

struct Output {
  std::string url;
};

constexpr std::string_view kFifoSuffix = ".fifo";

/// The suffix counts as part of the 80 characters and belongs to FIFO queues alone.
void check_name(const std::string& name, bool fifo) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::string_view stem = name;
  if (fifo && stem.ends_with(kFifoSuffix)) stem.remove_suffix(kFifoSuffix.size());
  const bool good = !stem.empty() && name.size() <= 80 && (!fifo || stem.size() < name.size()) &&
                    stem.find_first_not_of(kAllowed) == std::string_view::npos;
  if (good) return;
  throw kInvalidParameter(
      fifo ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
             "must "
             "end with .fifo suffix and be 1 to 80 in length."
           : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

Output handle(Sqs& sqs, const Call& call, const Input& in) {
  if (!in.name) throw kMissingParameter("The request must contain the parameter QueueName.");
  const auto fifo = in.attributes.find("FifoQueue");
  AttributeOwner owner{call.account, call.region, *in.name,
                       make_arn("sqs", call.region, call.account, *in.name),
                       fifo != in.attributes.end() && iequals(fifo->second, "true")};
  check_name(owner.name, owner.fifo);
  const Queue* there = sqs.find(call.account, call.region, owner.name);
  if (there) owner = AttributeOwner::of(*there);
  Attributes attributes = check_attributes(sqs, owner, in.attributes);
  check_tags(owner.name, in.tags);
  if (there) {
    const std::string differs = first_difference(*there, attributes, call.now);
    if (!differs.empty())
      throw kQueueNameExists(
          "A queue already exists with the same name and a different value for attribute " + differs);
    return {.url = sqs.url_of(call, *there)};
  }
  if (!call.in_process && sqs.deleted_names.contains(call.account, call.region, owner.name, call.now))
    throw kQueueDeletedRecently(
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.");
  std::erase_if(attributes, [](const auto& item) { return item.second.empty(); });
  return {.url = sqs.url_of(call, sqs.create(call, owner.name, std::move(attributes), in.tags))};
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
      .errors = {kQueueNameExists, kQueueDeletedRecently, kInvalidAttributeName, kInvalidAttributeValue,
                 kInvalidParameter, kMissingParameter},
      .handle = handle,
  });
}

}  // namespace puddle::sqs
