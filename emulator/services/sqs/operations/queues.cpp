// Small operations on queues: DeleteQueue, GetQueueUrl, ListQueues, ListDeadLetterSourceQueues, PurgeQueue
// and tags.
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
  sqs.drop(sqs.require(call, in.url));
  return {};
}

Empty purge(Sqs& sqs, const Call& call, const UrlInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (queue.purged != Time{} && call.now - queue.purged < kPurgeInterval)
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
  const Queue* queue = sqs.find(in.owner.value_or(call.account), call.region, *in.name);
  if (!queue)
    throw kQueueDoesNotExist(call.query_protocol ? "The specified queue does not exist for this wsdl version."
                                                 : "The specified queue does not exist.");
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
    if (!decoded) throw kInvalidParameter("Invalid or expired token.");
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
    const auto redrive = q->redrive();
    return !redrive || redrive->target_arn != target;
  });
  return page(sqs, call, in, queues);
}

struct TagInput {
  std::optional<std::string> url;
  std::map<std::string, std::string> tags;
};

struct TagsOutput {
  std::map<std::string, std::string> tags;
};

struct UntagInput {
  std::optional<std::string> url;
  std::vector<std::string> keys;
};

void set_tags(Sqs& sqs, Queue& queue, std::map<std::string, std::string> tags) {
  std::swap(queue.tags, tags);
  try {
    sqs.records.put(queue);
  } catch (...) {
    queue.tags = std::move(tags);
    throw;
  }
}

Empty tag(Sqs& sqs, const Call& call, const TagInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (in.tags.empty()) throw kMissingParameter("The request must contain the parameter Tags.");
  auto tags = queue.tags;
  for (const auto& [key, value] : in.tags) tags[key] = value;
  if (tags.size() > kMaxTags) throw kInvalidParameter("Too many tags added for queue " + queue.name + ".");
  set_tags(sqs, queue, std::move(tags));
  return {};
}

Empty untag(Sqs& sqs, const Call& call, const UntagInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (in.keys.empty()) throw kInvalidParameter("Tag keys must be between 1 and 128 characters in length.");
  auto tags = queue.tags;
  for (const std::string& key : in.keys) tags.erase(key);
  set_tags(sqs, queue, std::move(tags));
  return {};
}

TagsOutput tags(Sqs& sqs, const Call& call, const UrlInput& in) {
  return {.tags = sqs.require(call, in.url).tags};
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
      .errors = {kQueueDoesNotExist, kMissingParameter},
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

Operation tag_queue() {
  return operation<Sqs, TagInput, Empty>({
      .name = "TagQueue",
      .action = "sqs:TagQueue",
      .resource = [](Sqs& s, const Call& c, const TagInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&TagInput::url>(kUrl),
                required<&TagInput::tags>(
                    "Tags", {.at_name = "Tag", .flattened = true, .key_name = "Key", .value_name = "Value"})},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kMissingParameter},
      .handle = tag,
  });
}

Operation untag_queue() {
  return operation<Sqs, UntagInput, Empty>({
      .name = "UntagQueue",
      .action = "sqs:UntagQueue",
      .resource = [](Sqs& s, const Call& c, const UntagInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&UntagInput::url>(kUrl),
                required<&UntagInput::keys>("TagKeys", {.at_name = "TagKey", .flattened = true})},
      .errors = {kQueueDoesNotExist, kInvalidParameter, kMissingParameter},
      .handle = untag,
  });
}

Operation list_queue_tags() {
  return operation<Sqs, UrlInput, TagsOutput>({
      .name = "ListQueueTags",
      .action = "sqs:ListQueueTags",
      .resource = arn_of,
      .input = {required<&UrlInput::url>(kUrl)},
      .output = {optional<&TagsOutput::tags>(
          "Tags", {.at_name = "Tag", .flattened = true, .key_name = "Key", .value_name = "Value"})},
      .errors = {kQueueDoesNotExist, kMissingParameter},
      .handle = tags,
  });
}

}  // namespace puddle::sqs
