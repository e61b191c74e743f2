#include "services/sqs/attributes.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "services/sqs/queue_policy.hpp"
#include "services/sqs/redrive_policies.hpp"
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

/// Attributes that only FIFO queues have: their values, the default first.
struct FifoAttribute {
  std::string_view name, fallback, other;
};
constexpr FifoAttribute kFifo[] = {{"FifoQueue", "true", "true"},
                                   {"ContentBasedDeduplication", "false", "true"},
                                   {"DeduplicationScope", "queue", "messageGroup"},
                                   {"FifoThroughputLimit", "perQueue", "perMessageGroupId"}};
constexpr std::string_view kReadOnly[] = {"QueueArn",
                                          "ApproximateNumberOfMessages",
                                          "CreatedTimestamp",
                                          "ApproximateNumberOfMessagesNotVisible",
                                          "LastModifiedTimestamp",
                                          "ApproximateNumberOfMessagesDelayed"};
constexpr std::string_view kOther[] = {"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId",
                                       "SqsManagedSseEnabled"};
constexpr std::size_t kMaxKeyIdBytes = 2048;

template <class T>
const T* named(const T* first, const T* last, std::string_view name) {
  const auto it = std::find_if(first, last, [&](const T& t) { return t.name == name; });
  return it == last ? nullptr : it;
}
const Range* range_of(std::string_view name) { return named(std::begin(kRanges), std::end(kRanges), name); }
const FifoAttribute* fifo_of(std::string_view name) {
  return named(std::begin(kFifo), std::end(kFifo), name);
}

bool read_only(std::string_view name) {
  return std::find(std::begin(kReadOnly), std::end(kReadOnly), name) != std::end(kReadOnly);
}

AwsError invalid_value(std::string_view name, std::string_view reason = {}) {
  std::string message = "Invalid value for the parameter " + std::string(name) + ".";
  if (!reason.empty()) message += " Reason: " + std::string(reason);
  return kInvalidAttributeValue(std::move(message));
}

AwsError unknown(const std::string& name) { return kInvalidAttributeName("Unknown Attribute " + name + "."); }

void check_fifo(const AttributeOwner& owner, const FifoAttribute& attribute, const std::string& value) {
  const std::string name(attribute.name);
  const bool throughput = name == "DeduplicationScope" || name == "FifoThroughputLimit";
  if (!owner.fifo && throughput)
    throw kInvalidAttributeName("You can specify the " + name + " only when FifoQueue is set to true.");
  if (!owner.fifo) throw unknown(name);
  if (name == "FifoQueue" && value != "true")
    throw invalid_value(name, "Modifying queue type is not supported.");
  if (value != attribute.fallback && value != attribute.other) throw invalid_value(name);
}

/// The value that counts when `changes` are made to the owner.
std::string effective(const AttributeOwner& owner, const Attributes& changes, const std::string& name) {
  if (const auto it = changes.find(name); it != changes.end()) return it->second;
  if (!owner.queue) return {};
  const auto it = owner.queue->attributes.find(name);
  return it == owner.queue->attributes.end() ? std::string() : it->second;
}

void check_combinations(const AttributeOwner& owner, Attributes& changes) {
  if (effective(owner, changes, "FifoThroughputLimit") == "perMessageGroupId" &&
      effective(owner, changes, "DeduplicationScope") != "messageGroup")
    throw invalid_value(
        "FifoThroughputLimit",
        "The perMessageGroupId value is allowed only when the value for DeduplicationScope is "
        "messageGroup.");
  const bool key = !effective(owner, changes, "KmsMasterKeyId").empty();
  const auto managed = changes.find("SqsManagedSseEnabled");
  if (key && managed != changes.end() && managed->second == "true")
    throw kInvalidAttributeName(
        "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or "
        "SQS SSE.");
  // SQS's own encryption ends with the first key and does not come back by itself.
  if (changes.contains("KmsMasterKeyId") && key) changes["SqsManagedSseEnabled"] = "false";
}

/// The value in its stored form. AWS takes truth values in any case.
std::string check_one(Sqs& sqs, const AttributeOwner& owner, const std::string& name,
                      const std::string& given) {
  const bool truth = fifo_of(name) || name == "SqsManagedSseEnabled";
  const bool any_case = truth && (iequals(given, "true") || iequals(given, "false"));
  std::string value = any_case ? lower(given) : given;
  if (const FifoAttribute* fifo = fifo_of(name)) {
    check_fifo(owner, *fifo, value);
    return value;
  }
  if (const Range* range = range_of(name)) {
    const auto n = parse_int(value);
    if (!n || *n < range->low || *n > range->high) throw invalid_value(name);
    return std::to_string(*n);
  }
  if (!known_attribute(name) || read_only(name) || name == "All") throw unknown(name);
  if (name == "SqsManagedSseEnabled" && value != "true" && value != "false") throw invalid_value(name);
  if (name == "KmsMasterKeyId" && value.size() > kMaxKeyIdBytes) throw invalid_value(name);
  if (value.empty()) return value;
  if (name == "Policy") check_policy(value, owner.queue == nullptr);
  if (name == "RedrivePolicy") return check_redrive_policy(sqs, owner, value);
  if (name == "RedriveAllowPolicy") check_redrive_allow_policy(value);
  return value;
}

bool same(const std::string& name, const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (!name.ends_with("Policy") || a.empty() || b.empty()) return false;
  const auto x = wire::parse_json(a), y = wire::parse_json(b);
  return x && y && *x == *y;
}

}  // namespace

AttributeOwner AttributeOwner::of(const Queue& q) {
  return {q.account, q.region, q.name, q.arn, is_fifo(q), &q};
}

bool is_fifo(const Queue& queue) { return queue.name.ends_with(".fifo"); }

bool known_attribute(const std::string& name) {
  return range_of(name) || fifo_of(name) || read_only(name) || name == "All" ||
         std::find(std::begin(kOther), std::end(kOther), name) != std::end(kOther);
}

Attributes check_attributes(Sqs& sqs, const AttributeOwner& owner, const Attributes& given) {
  Attributes changes;
  for (const auto& [name, value] : given) changes[name] = check_one(sqs, owner, name, value);
  check_combinations(owner, changes);
  return changes;
}

std::string first_difference(const Queue& queue, const Attributes& checked, Time now) {
  for (const auto& [name, value] : checked) {
    const Range* range = range_of(name);
    const std::string shown =
        attribute_of(queue, name, now).value_or(range ? std::to_string(range->fallback) : std::string());
    if (!same(name, shown, value)) return name;
  }
  return {};
}

void change_attributes(Sqs& sqs, Queue& queue, const Attributes& changes, Time now) {
  for (const auto& [name, value] : changes) {
    if (value.empty())
      queue.attributes.erase(name);
    else
      queue.attributes[name] = value;
  }
  queue.modified = now;
  sqs.records.put(queue);
  sqs.configured(queue, now);
}

const std::vector<std::string>& all_attributes() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Range& r : kRanges) out.emplace_back(r.name);
    for (const FifoAttribute& f : kFifo) out.emplace_back(f.name);
    out.insert(out.end(), std::begin(kReadOnly), std::end(kReadOnly));
    out.insert(out.end(), std::begin(kOther), std::end(kOther));
    return out;
  }();
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
  const bool is_set = it != queue.attributes.end() && !it->second.empty();
  const bool key = queue.attributes.contains("KmsMasterKeyId");
  // AWS shows the period with a key, and without one only when it is not the default.
  if (name == "KmsDataKeyReusePeriodSeconds" && !key && (!is_set || it->second == "300")) return std::nullopt;
  if (is_set) return it->second;
  if (name == "SqsManagedSseEnabled") return key ? "false" : "true";
  if (const Range* range = range_of(name)) return std::to_string(range->fallback);
  if (const FifoAttribute* fifo = fifo_of(name); fifo && is_fifo(queue)) return std::string(fifo->fallback);
  return std::nullopt;
}

}  // namespace puddle::sqs
