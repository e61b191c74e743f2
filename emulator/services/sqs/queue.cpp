#include "services/sqs/queue.hpp"

#include <utility>

#include "base/text.hpp"
#include "services/sqs/limits.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

std::optional<RedrivePolicy> parse_redrive(const std::string& text) {
  const auto parsed = wire::parse_json(text);
  const Value* count = parsed ? parsed->find("maxReceiveCount") : nullptr;
  if (!count) return std::nullopt;
  RedrivePolicy out;
  out.target_arn = parsed->text_or("deadLetterTargetArn");
  out.max_receives = count->is_text() ? parse_int(count->text()).value_or(0) : count->integer();
  return out;
}

}  // namespace

std::int64_t Queue::number(const char* attribute, std::int64_t fallback) const {
  const auto it = attributes.find(attribute);
  return it == attributes.end() ? fallback : parse_int(it->second).value_or(fallback);
}

void Queue::configure(Time now) {
  const auto is = [&](const char* attribute, std::string_view value) {
    const auto it = attributes.find(attribute);
    return it != attributes.end() && it->second == value;
  };
  const auto seconds = [&](const char* attribute, std::int64_t fallback) {
    return std::chrono::seconds(number(attribute, fallback));
  };
  const Duration delay_before = delay_;
  delay_ = seconds("DelaySeconds", 0);
  visibility_ = seconds("VisibilityTimeout", 30);
  retention_ = seconds("MessageRetentionPeriod", 345'600);
  wait_ = seconds("ReceiveMessageWaitTimeSeconds", 0);
  max_bytes_ = static_cast<std::size_t>(number("MaximumMessageSize", kMaxMessageBytes));
  content_based_ = is("ContentBasedDeduplication", "true");
  const auto policy = attributes.find("RedrivePolicy");
  redrive_ = policy == attributes.end() ? std::nullopt : parse_redrive(policy->second);
  if (!std::exchange(configured_, true)) {
    fifo_ = is("FifoQueue", "true");
    index_ = std::make_unique<MessageIndex>(fifo_);
  } else if (fifo_ && delay_ != delay_before) {
    index_->redelay(delay_, now);
  }
}

std::size_t Queue::max_in_flight() const { return fifo_ ? kMaxInFlightFifo : kMaxInFlight; }

std::unique_ptr<MessageIndex> Queue::replace_messages() {
  ++epoch;
  seen.clear();
  return std::exchange(index_, std::make_unique<MessageIndex>(fifo_));
}

void Queue::arm(Time now, const std::function<void()>& serve) {
  index_->advance(now);
  const Message* next = index_->next();
  if (!next) {
    if (timer_) loop_.cancel(std::exchange(timer_, 0));
    return;
  }
  if (timer_ && timer_at_ == next->visible) return;
  if (timer_) loop_.cancel(timer_);
  timer_at_ = next->visible;
  timer_ = loop_.at(timer_at_, [this, serve] {
    timer_ = 0;
    serve();
  });
}

}  // namespace puddle::sqs
