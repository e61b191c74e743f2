// DeleteMessage, ChangeMessageVisibility and their batches: what a receipt handle lets one do.
#include "services/sqs/operations/batch.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

Receipt parse(const Queue& queue, const std::optional<std::string>& handle) {
  if (!handle || handle->empty())
    throw kMissingParameter("The request must contain the parameter ReceiptHandle.");
  const auto receipt = parse_receipt(*handle);
  if (!receipt)
    throw kReceiptHandleIsInvalid("The input receipt handle \"" + *handle +
                                  "\" is not a valid receipt handle.");
  if (receipt->queue != queue.id)
    throw kReceiptHandleIsInvalid("The receipt handle \"" + *handle + "\" is not valid for this queue.");
  return *receipt;
}

AwsError unusable(const std::string& handle, const std::string& why) {
  return kInvalidParameter("Value " + handle + " for parameter ReceiptHandle is invalid. Reason: " + why);
}

/// A message that is gone succeeds without effect, as on AWS. A standard queue takes any handle that it gave
/// out, a FIFO queue only that of the last receive while the message is in flight.
void remove(Sqs& sqs, Queue& queue, const std::optional<std::string>& handle, Time now,
            Then then = Then::more) {
  const Receipt receipt = parse(queue, handle);
  Message* m = sqs.find_message(queue, receipt, now);
  if (!m) return;
  if (queue.fifo() && (m->receipt != receipt.receipt || !m->in_flight))
    throw unusable(*handle, "The receipt handle has expired.");
  sqs.remove(queue, *m, now, then);
}

void change(Sqs& sqs, Queue& queue, const std::optional<std::string>& handle, std::optional<int> seconds,
            Time now) {
  if (!seconds) throw kMissingParameter("The request must contain the parameter VisibilityTimeout.");
  const std::string invalid =
      "Value " + std::to_string(*seconds) + " for parameter VisibilityTimeout is invalid. ";
  if (*seconds < 0 || *seconds > kMaxVisibilitySeconds)
    throw kInvalidParameter(invalid + "Reason: VisibilityTimeout must be an integer between 0 and 43200.");
  const Receipt receipt = parse(queue, handle);
  Message* m = sqs.find_message(queue, receipt, now);
  if (!m)
    throw unusable(*handle, "Message does not exist or is not available for visibility timeout change.");
  // A standard queue takes any handle that it gave out, also when its time-out is over.
  if (queue.fifo() && (m->receipt != receipt.receipt || !m->in_flight))
    throw kMessageNotInflight("The message referred to isn't in flight.");
  const std::int64_t since = (to_millis(now) - m->receipt) / 1000;
  if (since + *seconds > kMaxVisibilitySeconds)
    throw kInvalidParameter(
        invalid + "Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
  sqs.set_visibility(queue, *m, now + std::chrono::seconds(*seconds));
}

struct DeleteInput {
  std::optional<std::string> url, handle;
};

Empty handle_delete(Sqs& sqs, const Call& call, const DeleteInput& in) {
  remove(sqs, sqs.require(call, in.url), in.handle, call.now, Then::nothing);
  return {};
}

struct ChangeInput {
  std::optional<std::string> url, handle;
  std::optional<int> seconds;
};

Empty handle_change(Sqs& sqs, const Call& call, const ChangeInput& in) {
  change(sqs, sqs.require(call, in.url), in.handle, in.seconds, call.now);
  return {};
}

struct Entry {
  std::optional<std::string> id, handle;
  std::optional<int> seconds;
};

struct DeleteEntry : Entry {
  static Shape shape() { return {required<&Entry::id>("Id"), required<&Entry::handle>("ReceiptHandle")}; }
};

struct ChangeEntry : Entry {
  static Shape shape() {
    return {required<&Entry::id>("Id"), required<&Entry::handle>("ReceiptHandle"),
            optional<&Entry::seconds>("VisibilityTimeout")};
  }
};

template <class E>
struct BatchInput {
  std::optional<std::string> url;
  std::vector<E> entries;
};
using DeleteBatch = BatchInput<DeleteEntry>;
using ChangeBatch = BatchInput<ChangeEntry>;

struct Done {
  std::string id;
  static Shape shape() { return {required<&Done::id>("Id")}; }
};

struct BatchOutput {
  std::vector<Done> successful;
  std::vector<BatchFailure> failed;
};

template <class E, class F>
BatchOutput each(const std::vector<E>& entries, const std::string& name, F&& act) {
  check_batch(entries, name, {{"Id", &E::id}, {"ReceiptHandle", &E::handle}}, [](const E&) {});
  BatchOutput out;
  for (const E& e : entries) {
    try {
      act(e);
      out.successful.push_back({*e.id});
    } catch (const AwsError& error) {
      out.failed.push_back(BatchFailure::of(*e.id, error));
    }
  }
  return out;
}

BatchOutput handle_delete_batch(Sqs& sqs, const Call& call, const DeleteBatch& in) {
  Queue& queue = sqs.require(call, in.url);
  return each(in.entries, "DeleteMessageBatchRequestEntry",
              [&](const Entry& e) { remove(sqs, queue, e.handle, call.now); });
}

BatchOutput handle_change_batch(Sqs& sqs, const Call& call, const ChangeBatch& in) {
  Queue& queue = sqs.require(call, in.url);
  return each(in.entries, "ChangeMessageVisibilityBatchRequestEntry",
              [&](const Entry& e) { change(sqs, queue, e.handle, e.seconds.value_or(0), call.now); });
}

}  // namespace

Operation delete_message() {
  return operation<Sqs, DeleteInput, Empty>({
      .name = "DeleteMessage",
      .action = "sqs:DeleteMessage",
      .resource = [](Sqs& s, const Call& c, const DeleteInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&DeleteInput::url>("QueueUrl"), required<&DeleteInput::handle>("ReceiptHandle")},
      .errors = {kQueueDoesNotExist, kReceiptHandleIsInvalid, kInvalidParameter, kMissingParameter},
      .handle = handle_delete,
  });
}

Operation change_message_visibility() {
  return operation<Sqs, ChangeInput, Empty>({
      .name = "ChangeMessageVisibility",
      .action = "sqs:ChangeMessageVisibility",
      .resource = [](Sqs& s, const Call& c, const ChangeInput& in) { return s.require(c, in.url).arn; },
      .input = {required<&ChangeInput::url>("QueueUrl"), required<&ChangeInput::handle>("ReceiptHandle"),
                required<&ChangeInput::seconds>("VisibilityTimeout")},
      .errors = {kQueueDoesNotExist, kReceiptHandleIsInvalid, kMessageNotInflight, kInvalidParameter,
                 kMissingParameter},
      .handle = handle_change,
  });
}

Operation delete_message_batch() {
  return operation<Sqs, DeleteBatch, BatchOutput>({
      .name = "DeleteMessageBatch",
      .action = "sqs:DeleteMessage",
      .resource = [](Sqs& s, const Call& c, const DeleteBatch& in) { return s.require(c, in.url).arn; },
      .input = {required<&DeleteBatch::url>("QueueUrl"),
                required<&DeleteBatch::entries>(
                    "Entries", {.at_name = "DeleteMessageBatchRequestEntry", .flattened = true})},
      .output = {optional<&BatchOutput::successful>(
                     "Successful", {.at_name = "DeleteMessageBatchResultEntry", .flattened = true}),
                 optional<&BatchOutput::failed>("Failed",
                                                {.at_name = "BatchResultErrorEntry", .flattened = true})},
      .errors = {kQueueDoesNotExist, kEmptyBatchRequest, kTooManyEntries, kIdsNotDistinct,
                 kInvalidBatchEntryId, kMissingParameter},
      .handle = handle_delete_batch,
  });
}

Operation change_message_visibility_batch() {
  return operation<Sqs, ChangeBatch, BatchOutput>({
      .name = "ChangeMessageVisibilityBatch",
      .action = "sqs:ChangeMessageVisibility",
      .resource = [](Sqs& s, const Call& c, const ChangeBatch& in) { return s.require(c, in.url).arn; },
      .input = {required<&ChangeBatch::url>("QueueUrl"),
                required<&ChangeBatch::entries>(
                    "Entries", {.at_name = "ChangeMessageVisibilityBatchRequestEntry", .flattened = true})},
      .output = {optional<&BatchOutput::successful>(
                     "Successful", {.at_name = "ChangeMessageVisibilityBatchResultEntry", .flattened = true}),
                 optional<&BatchOutput::failed>("Failed",
                                                {.at_name = "BatchResultErrorEntry", .flattened = true})},
      .errors = {kQueueDoesNotExist, kEmptyBatchRequest, kTooManyEntries, kIdsNotDistinct,
                 kInvalidBatchEntryId, kMissingParameter},
      .handle = handle_change_batch,
  });
}

}  // namespace puddle::sqs
