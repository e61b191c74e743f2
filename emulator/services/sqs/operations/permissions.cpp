// AddPermission and RemovePermission: edits of the queue's Policy.
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/queue_policy.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr auto kPolicy = "Policy";

struct AddInput {
  std::optional<std::string> url, label;
  std::vector<std::string> accounts, actions;
};

struct RemoveInput {
  std::optional<std::string> url, label;
};

std::string policy_of(const Queue& queue) {
  const auto it = queue.attributes.find(kPolicy);
  return it == queue.attributes.end() ? std::string() : it->second;
}

Empty add(Sqs& sqs, const Call& call, const AddInput& in) {
  Queue& queue = sqs.require(call, in.url);
  const Permission added{in.label.value_or(""), in.accounts, in.actions};
  change_attributes(sqs, queue, {{kPolicy, with_permission(policy_of(queue), queue.arn, added)}}, call.now);
  return {};
}

Empty remove(Sqs& sqs, const Call& call, const RemoveInput& in) {
  Queue& queue = sqs.require(call, in.url);
  change_attributes(sqs, queue, {{kPolicy, without_permission(policy_of(queue), in.label.value_or(""))}},
                    call.now);
  return {};
}

}  // namespace

Operation add_permission() {
  return operation<Sqs, AddInput, Empty>({
      .name = "AddPermission",
      .action = "sqs:AddPermission",
      .resource = [](Sqs& s, const Call& c, const AddInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&AddInput::url>("QueueUrl"), required<&AddInput::label>("Label"),
                required<&AddInput::accounts>("AWSAccountIds",
                                              {.at_name = "AWSAccountId", .flattened = true}),
                required<&AddInput::actions>("Actions", {.at_name = "ActionName", .flattened = true})},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kInvalidAttributeValue, kOverLimit,
                 kMissingParameter},
      .handle = add,
  });
}

Operation remove_permission() {
  return operation<Sqs, RemoveInput, Empty>({
      .name = "RemovePermission",
      .action = "sqs:RemovePermission",
      .resource = [](Sqs& s, const Call& c, const RemoveInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&RemoveInput::url>("QueueUrl"), required<&RemoveInput::label>("Label")},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kMissingParameter},
      .handle = remove,
  });
}

}  // namespace puddle::sqs
