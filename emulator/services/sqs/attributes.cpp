// Queue attributes: names, ranges, defaults, and what GetQueueAttributes shows.
#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/sqs/sqs.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

struct Range {
  std::string_view name;
  std::int64_t low, high, fallback;
};
constexpr Range kRanges[] = {{"DelaySeconds", 0, kMaxDelaySeconds, 0},
                             {"MaximumMessageSize", 1024, kMaxMessageBytes, kMaxMessageBytes},
                             {"MessageRetentionPeriod", 60, 1'209'600, 345'600},
                             {"ReceiveMessageWaitTimeSeconds", 0, kMaxWaitSeconds, 0},
                             {"VisibilityTimeout", 0, kMaxVisibilitySeconds, 30},
                             {"KmsDataKeyReusePeriodSeconds", 60, 86'400, 300}};
constexpr std::string_view kReadOnly[] = {"QueueArn",
                                          "ApproximateNumberOfMessages",
                                          "CreatedTimestamp",
                                          "ApproximateNumberOfMessagesNotVisible",
                                          "LastModifiedTimestamp",
                                          "ApproximateNumberOfMessagesDelayed"};
constexpr std::string_view kFifo[] = {"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope",
                                      "FifoThroughputLimit"};

template <class T>
bool contains(const T& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

const Range* range_of(std::string_view name) {
  const auto it =
      std::find_if(std::begin(kRanges), std::end(kRanges), [&](const Range& r) { return r.name == name; });
  return it == std::end(kRanges) ? nullptr : it;
}

AwsError invalid_value(const std::string& name) {
  return kInvalidAttributeValue("Invalid value for the parameter " + name + ".");
}

void check_redrive(Sqs& sqs, const Call& call, const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return kInvalidParameter("Value " + text + " for parameter RedrivePolicy is invalid. Reason: " + why);
  };
  const auto parsed = wire::parse_json(text);
  if (!parsed || !parsed->is_map()) throw wrong("Redrive policy is not a valid JSON map.");
  for (const auto& [name, value] : parsed->map())
    if (name != "deadLetterTargetArn" && name != "maxReceiveCount")
      throw wrong("Unknown parameter " + name + ".");
  const Value* count = parsed->find("maxReceiveCount");
  const std::string_view target = parsed->text_or("deadLetterTargetArn");
  if (!count) throw wrong("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (target.empty())
    throw wrong("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  const auto n = count->is_text()                        ? parse_int(count->text())
                 : count->kind() == Value::Kind::integer ? std::optional(count->integer())
                                                         : std::nullopt;
  if (!n || *n < 1 || *n > 1000)
    throw wrong("Invalid value for maxReceiveCount: " + (n ? std::to_string(*n) : wire::to_json(*count)) +
                ", valid values are from 1 to 1000 both inclusive.");
  const auto arn = Arn::parse(target);
  if (!arn || arn->service != "sqs" || arn->account != call.account || arn->region != call.region ||
      !sqs.find_arn(std::string(target)))
    throw wrong("Dead letter target does not exist.");
  Queue& dead = *sqs.find_arn(std::string(target));
  const auto allow = dead.attributes.find("RedriveAllowPolicy");
  if (allow == dead.attributes.end()) return;
  const auto policy = wire::parse_json(allow->second);
  if (policy && policy->text_or("redrivePermission") == "denyAll")
    throw wrong("The dead-letter queue " + dead.name + " does not allow this queue as its source.");
}

void check_redrive_allow(const std::string& text) {
  const auto parsed = wire::parse_json(text);
  const std::string_view permission = parsed ? parsed->text_or("redrivePermission") : std::string_view{};
  const Value* sources = parsed ? parsed->find("sourceQueueArns") : nullptr;
  const bool by_queue = permission == "byQueue";
  const bool good =
      (permission == "allowAll" || permission == "denyAll" || by_queue) && by_queue == (sources != nullptr) &&
      (!sources || (sources->is_list() && !sources->list().empty() && sources->list().size() <= 10));
  if (!good)
    throw kInvalidParameter("Value " + text +
                            " for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create "
                            "the redrive allow policy, as it's in an unsupported format.");
  if (by_queue)
    throw kInvalidParameter("RedriveAllowPolicy with redrivePermission byQueue is not supported by Puddle.");
}

}  // namespace

bool known_attribute(const std::string& name) {
  return range_of(name) || contains(kReadOnly, name) || contains(kFifo, name) || name == "Policy" ||
         name == "RedrivePolicy" || name == "RedriveAllowPolicy" || name == "KmsMasterKeyId" ||
         name == "SqsManagedSseEnabled" || name == "All";
}

void check_attributes(Sqs& sqs, const Call& call, const Queue* queue,
                      const std::map<std::string, std::string>& given) {
  for (const auto& [name, value] : given) {
    if (!known_attribute(name) || contains(kReadOnly, name) || name == "All")
      throw kInvalidAttributeName("Unknown Attribute " + name + ".");
    if (contains(kFifo, name)) {
      if (name == "FifoQueue" && !queue)
        throw kInvalidParameter(
            "FIFO queues are not supported by Puddle yet: the attribute FifoQueue is refused.");
      throw kInvalidAttributeName("Unknown Attribute " + name + ".");
    }
    if (const Range* range = range_of(name)) {
      const auto n = parse_int(value);
      if (!n || *n < range->low || *n > range->high) throw invalid_value(name);
    } else if (name == "SqsManagedSseEnabled") {
      if (value != "true" && value != "false") throw invalid_value(name);
    } else if (name == "Policy") {
      if (!value.empty() && (value.size() > 8192 || !wire::parse_json(value))) throw invalid_value(name);
    } else if (name == "RedrivePolicy") {
      if (!value.empty()) check_redrive(sqs, call, value);
    } else if (name == "RedriveAllowPolicy" && !value.empty()) {
      check_redrive_allow(value);
    }
  }
  const auto kms = given.find("KmsMasterKeyId");
  const auto sse = given.find("SqsManagedSseEnabled");
  if (kms != given.end() && !kms->second.empty() && sse != given.end() && sse->second == "true")
    throw kInvalidAttributeName(
        "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS "
        "SSE or SQS SSE.");
}

const std::vector<std::string>& all_attributes() {
  static const std::vector<std::string> names{"ApproximateNumberOfMessages",
                                              "ApproximateNumberOfMessagesDelayed",
                                              "ApproximateNumberOfMessagesNotVisible",
                                              "CreatedTimestamp",
                                              "DelaySeconds",
                                              "KmsDataKeyReusePeriodSeconds",
                                              "KmsMasterKeyId",
                                              "LastModifiedTimestamp",
                                              "MaximumMessageSize",
                                              "MessageRetentionPeriod",
                                              "Policy",
                                              "QueueArn",
                                              "ReceiveMessageWaitTimeSeconds",
                                              "RedriveAllowPolicy",
                                              "RedrivePolicy",
                                              "SqsManagedSseEnabled",
                                              "VisibilityTimeout"};
  return names;
}

std::optional<std::string> attribute_of(const Queue& queue, const std::string& name, Time now) {
  if (name == "QueueArn") return queue.arn;
  if (name == "CreatedTimestamp") return std::to_string(to_seconds(queue.created));
  if (name == "LastModifiedTimestamp") return std::to_string(to_seconds(queue.modified));
  if (name.starts_with("Approximate")) {
    const Counts counts = queue.counts(now);
    if (name == "ApproximateNumberOfMessages") return std::to_string(counts.visible);
    if (name == "ApproximateNumberOfMessagesNotVisible") return std::to_string(counts.in_flight);
    return std::to_string(counts.delayed);
  }
  const auto it = queue.attributes.find(name);
  const bool kms = queue.attributes.contains("KmsMasterKeyId");
  if (name == "SqsManagedSseEnabled" && it == queue.attributes.end()) return kms ? "false" : "true";
  if (name == "KmsDataKeyReusePeriodSeconds" && (it == queue.attributes.end() || it->second == "300") && !kms)
    return std::nullopt;
  if (it != queue.attributes.end()) return it->second.empty() ? std::nullopt : std::optional(it->second);
  if (const Range* range = range_of(name); range && name != "KmsDataKeyReusePeriodSeconds")
    return std::to_string(range->fallback);
  return std::nullopt;
}

}  // namespace puddle::sqs
