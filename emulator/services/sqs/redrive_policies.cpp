#include "services/sqs/redrive_policies.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/sqs/sqs.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

constexpr std::int64_t kMaxReceiveCount = 1000;
constexpr std::size_t kMaxSourceQueues = 10;

std::optional<std::int64_t> count_of(const Value& v) {
  if (v.is_text()) return parse_int(v.text());
  return v.kind() == Value::Kind::integer ? std::optional(v.integer()) : std::nullopt;
}

/// A number as it was written.
std::string spelling(const Value& v) { return v.is_text() ? v.text() : wire::to_json(v); }

}  // namespace

std::string check_redrive_policy(Sqs& sqs, const AttributeOwner& owner, const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return kInvalidParameter("Value " + text + " for parameter RedrivePolicy is invalid. Reason: " + why);
  };
  const auto parsed = wire::parse_json(text, {.max_depth = 4});
  if (!parsed || !parsed->is_map())
    throw kInvalidParameter(
        "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.");
  const Value* count = parsed->find("maxReceiveCount");
  const Value* target = parsed->find("deadLetterTargetArn");
  if (!count) throw wrong("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (!target) throw wrong("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  const auto n = count_of(*count);
  if (!n || *n < 1 || *n > kMaxReceiveCount)
    throw wrong("Invalid value for maxReceiveCount: " + spelling(*count) +
                ", valid values are from 1 to 1000 both inclusive.");
  const auto arn = target->is_text() ? Arn::parse(target->text()) : std::nullopt;
  if (!arn) throw wrong("Dead-letter target ARN should be fully qualified ARN.");
  if (parsed->map().size() > 2)
    throw wrong("Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].");
  if (arn->service != "sqs") throw wrong("Only SQS queues are valid resources for deadLetterTargetArn.");
  if (arn->account != owner.account) throw wrong("Dead-letter target owner should be same as the source.");
  if (arn->resource.ends_with(".fifo") != owner.fifo)
    throw wrong("Dead-letter queue must be same type of queue as the source..");
  const Queue* dead = arn->region == owner.region ? sqs.find_arn(target->text()) : nullptr;
  if (!dead) throw wrong("Dead letter target does not exist.");
  if (!allows_redrive_from(*dead, owner.arn))
    throw wrong("The dead-letter queue's redrive allow policy does not allow this queue as a source.");
  if (!count->is_text()) return text;
  return wire::to_json(
      Value(wire::Map{{"deadLetterTargetArn", Value(target->text())}, {"maxReceiveCount", Value(*n)}}));
}

void check_redrive_allow_policy(const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return kInvalidParameter("Value " + text +
                             " for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create "
                             "the redrive allow policy. " +
                             why);
  };
  const AwsError unsupported = kInvalidParameter(
      "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow "
      "policy, as it\u2019s in an unsupported format.");
  const auto parsed = wire::parse_json(text, {.max_depth = 4});
  if (!parsed || !parsed->is_map()) throw unsupported;
  const std::string_view permission = parsed->text_or("redrivePermission");
  const bool by_queue = permission == "byQueue";
  if (!by_queue && permission != "allowAll" && permission != "denyAll") throw unsupported;
  for (const auto& [name, value] : parsed->map())
    if (name != "redrivePermission" && name != "sourceQueueArns") throw unsupported;
  const Value* sources = parsed->find("sourceQueueArns");
  if (sources) {
    const auto is_text = [](const Value& v) { return v.is_text(); };
    if (!sources->is_list() || !std::all_of(sources->list().begin(), sources->list().end(), is_text))
      throw unsupported;
    if (!by_queue)
      throw wrong("To specify one or more source queue ARNs, you must set redrivePermission to byQueue.");
    if (sources->list().size() > kMaxSourceQueues)
      throw wrong("The maximum number of source queue ARNs you can specify is 10.");
  }
  if (by_queue && (!sources || sources->list().empty()))
    throw wrong(
        "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns "
        "values.");
}

bool allows_redrive_from(const Queue& dead_letter_queue, const std::string& source_arn) {
  const auto it = dead_letter_queue.attributes.find("RedriveAllowPolicy");
  const auto policy = it == dead_letter_queue.attributes.end() ? Result<Value>(Failure("none"))
                                                               : wire::parse_json(it->second);
  if (!policy) return true;
  const std::string_view permission = policy->text_or("redrivePermission");
  if (permission != "byQueue") return permission != "denyAll";
  const Value* sources = policy->find("sourceQueueArns");
  return sources && sources->is_list() &&
         std::any_of(sources->list().begin(), sources->list().end(),
                     [&](const Value& v) { return v.is_text() && v.text() == source_arn; });
}

}  // namespace puddle::sqs
