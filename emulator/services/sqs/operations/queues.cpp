// Small operations on queues: DeleteQueue, GetQueueUrl, ListQueues, ListDeadLetterSourceQueues, PurgeQueue.
#include <algorithm>

#include "base/text.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

struct UrlInput {
  std::optional<std::string> url;
};

std::string arn_of(Sqs& sqs, const Call& call, const UrlInput& in) { return sqs.require(call, in.url).arn; }

Empty drop(Sqs& sqs, const Call& call, const UrlInput& in) {
  Queue& queue = sqs.require(call, in.url);
  // AWS's CloudFormation waits until a name can be used again; ours need not.
  const Duration keep = call.in_process ? Duration{} : sqs.deps.settings.recreate_interval;
  sqs.deleted_names.add(queue.account, queue.region, queue.name, call.now, keep);
  sqs.drop(queue);
  return {};
}

Empty purge(Sqs& sqs, const Call& call, const UrlInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (queue.purged != Time{} && call.now - queue.purged < sqs.deps.settings.purge_interval)
    throw kPurgeQueueInProgress("Only one PurgeQueue operation on " + queue.name +
                                " is allowed every 60 seconds.");
  sqs.purge(queue, call.now);
  return {};
}

struct NameInput {
  std::optional<std::string> name, owner;
};

struct UrlOutput {
  std::string url;
};

UrlOutput url(Sqs& sqs, const Call& call, const NameInput& in) {
  if (!in.name) throw kMissingParameter("The request must contain the parameter QueueName.");
  if (in.name->empty())
    throw kInvalidParameter("Value for parameter QueueName is invalid. Reason: Must specify a queue name.");
  const Queue* queue = sqs.find(in.owner.value_or(call.account), call.region, *in.name);
  if (!queue) throw Sqs::no_such_queue(call);
  return {.url = sqs.url_of(call, *queue)};
}

struct ListInput {
  std::optional<std::string> prefix, token, url;
  std::optional<int> max;
};

struct ListOutput {
  std::vector<std::string> urls;
  std::optional<std::string> token;
};

/// Tokens are the name of the last queue of the page, in base64.
ListOutput page(const Sqs& sqs, const Call& call, const ListInput& in, const std::vector<Queue*>& queues) {
  if (in.max && (*in.max < 1 || *in.max > 1000))
    throw kInvalidParameter(
        "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and "
        "1000.");
  std::string after;
  if (in.token) {
    const auto decoded = from_base64(*in.token);
    if (!decoded) throw kInvalidParameter("Invalid or expired next token.");
    after = *decoded;
  }
  const std::size_t limit = in.max ? static_cast<std::size_t>(*in.max) : 1000;
  ListOutput out;
  std::string last;
  for (const Queue* q : queues) {
    if (!after.empty() && q->name <= after) continue;
    if (out.urls.size() == limit) {
      if (in.max) out.token = base64(last);
      break;
    }
    out.urls.push_back(sqs.url_of(call, *q));
    last = q->name;
  }
  return out;
}

ListOutput list(Sqs& sqs, const Call& call, const ListInput& in) {
  std::vector<Queue*> queues = sqs.in(call);
  std::erase_if(queues, [&](const Queue* q) { return in.prefix && !q->name.starts_with(*in.prefix); });
  return page(sqs, call, in, queues);
}

ListOutput sources(Sqs& sqs, const Call& call, const ListInput& in) {
  const std::string target = sqs.require(call, in.url).arn;
  std::vector<Queue*> queues = sqs.in(call);
  std::erase_if(queues, [&](const Queue* q) {
    const auto& redrive = q->redrive();
    return !redrive || redrive->target_arn != target;
  });
  return page(sqs, call, in, queues);
}

constexpr auto kUrl = "QueueUrl";

}  // namespace

Operation delete_queue() {
  return operation<Sqs, UrlInput, Empty>({.name = "DeleteQueue",
                                          .action = "sqs:DeleteQueue",
                                          .resource = arn_of,
                                          .input = {required<&UrlInput::url>(kUrl)},
                                          .errors = {kQueueDoesNotExist, kMissingParameter},
                                          .handle = drop});
}

Operation purge_queue() {
  return operation<Sqs, UrlInput, Empty>(
      {.name = "PurgeQueue",
       .action = "sqs:PurgeQueue",
       .resource = arn_of,
       .input = {required<&UrlInput::url>(kUrl)},
       .errors = {kQueueDoesNotExist, kPurgeQueueInProgress, kMissingParameter},
       .handle = purge});
}

Operation get_queue_url() {
  return operation<Sqs, NameInput, UrlOutput>({
      .name = "GetQueueUrl",
      .action = "sqs:GetQueueUrl",
      .resource =
          [](Sqs&, const Call& c, const NameInput& in) {
            return "arn:aws:sqs:" + c.region + ":" + in.owner.value_or(c.account) + ":" +
                   in.name.value_or("");
          },
      .input = {required<&NameInput::name>("QueueName"),
                optional<&NameInput::owner>("QueueOwnerAWSAccountId")},
      .output = {required<&UrlOutput::url>(kUrl)},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kMissingParameter},
      .handle = url,
  });
}

Operation list_queues() {
  return operation<Sqs, ListInput, ListOutput>({
      .name = "ListQueues",
      .action = "sqs:ListQueues",
      .input = {optional<&ListInput::prefix>("QueueNamePrefix"), optional<&ListInput::token>("NextToken"),
                optional<&ListInput::max>("MaxResults")},
      .output = {optional<&ListOutput::urls>("QueueUrls", {.at_name = "QueueUrl", .flattened = true}),
                 optional<&ListOutput::token>("NextToken")},
      .errors = {kInvalidParameter},
      .handle = list,
  });
}

Operation list_dead_letter_source_queues() {
  return operation<Sqs, ListInput, ListOutput>({
      .name = "ListDeadLetterSourceQueues",
      .action = "sqs:ListDeadLetterSourceQueues",
      .resource = [](Sqs& s, const Call& c, const ListInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&ListInput::url>(kUrl), optional<&ListInput::token>("NextToken"),
                optional<&ListInput::max>("MaxResults")},
      .output = {required<&ListOutput::urls>("queueUrls", {.at_name = "QueueUrl", .flattened = true}),
                 optional<&ListOutput::token>("NextToken")},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kMissingParameter},
      .handle = sources,
  });
}

}  // namespace puddle::sqs
