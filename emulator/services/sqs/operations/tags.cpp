// TagQueue, UntagQueue and ListQueueTags.
#include "services/sqs/tags.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr std::size_t kMaxKeyLength = 128;
constexpr std::size_t kMaxValueLength = 256;
constexpr auto kUrl = "QueueUrl";
const wire::Traits kTagTraits{.at_name = "Tag", .flattened = true, .key_name = "Key", .value_name = "Value"};

struct UrlInput {
  std::optional<std::string> url;
};

struct TagInput {
  std::optional<std::string> url;
  Tags tags;
};

struct TagsOutput {
  Tags tags;
};

struct UntagInput {
  std::optional<std::string> url;
  std::vector<std::string> keys;
};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not the continuation of one
  }));
}

void check_key(const std::string& key) {
  if (key.empty() || characters(key) > kMaxKeyLength)
    throw kInvalidParameter("Tag keys must be between 1 and 128 characters in length.");
}

void set_tags(Sqs& sqs, Queue& queue, Tags tags) {
  queue.tags = std::move(tags);
  sqs.records.put(queue);
}

Empty tag(Sqs& sqs, const Call& call, const TagInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (in.tags.empty()) throw kMissingParameter("The request must contain the parameter Tags.");
  check_tags(queue.name, in.tags);
  Tags tags = queue.tags;
  for (const auto& [key, value] : in.tags) tags[key] = value;
  check_tags(queue.name, tags);
  set_tags(sqs, queue, std::move(tags));
  return {};
}

Empty untag(Sqs& sqs, const Call& call, const UntagInput& in) {
  Queue& queue = sqs.require(call, in.url);
  if (in.keys.empty()) throw kInvalidParameter("Tag keys must be between 1 and 128 characters in length.");
  Tags tags = queue.tags;
  for (const std::string& key : in.keys) {
    check_key(key);
    tags.erase(key);
  }
  set_tags(sqs, queue, std::move(tags));
  return {};
}

TagsOutput tags(Sqs& sqs, const Call& call, const UrlInput& in) {
  return {.tags = sqs.require(call, in.url).tags};
}

}  // namespace

void check_tags(const std::string& queue_name, const Tags& tags) {
  if (tags.size() > kMaxTags) throw kInvalidParameter("Too many tags added for queue " + queue_name + ".");
  for (const auto& [key, value] : tags) {
    check_key(key);
    if (lower(key).starts_with("aws:"))
      throw kInvalidParameter("Tag keys must not begin with aws: (" + key + ").");
    if (characters(value) > kMaxValueLength)
      throw kInvalidParameter("Tag values must be between 0 and 256 characters in length.");
  }
}

Operation tag_queue() {
  return operation<Sqs, TagInput, Empty>({
      .name = "TagQueue",
      .action = "sqs:TagQueue",
      .resource = [](Sqs& s, const Call& c, const TagInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&TagInput::url>(kUrl), required<&TagInput::tags>("Tags", kTagTraits)},
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
      .resource = [](Sqs& s, const Call& c, const UrlInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&UrlInput::url>(kUrl)},
      .output = {optional<&TagsOutput::tags>("Tags", kTagTraits)},
      .errors = {kQueueDoesNotExist, kMissingParameter},
      .handle = tags,
  });
}

}  // namespace puddle::sqs
