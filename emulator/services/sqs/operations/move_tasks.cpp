// StartMessageMoveTask, CancelMessageMoveTask, ListMessageMoveTasks.
#include "aws/arn.hpp"
#include "base/text.hpp"
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

constexpr std::size_t kMaxListed = 10;

AwsError missing(const std::string& parameter) {
  return kMissingParameter("The request must contain the parameter " + parameter + ".");
}

/// The queue of an ARN.
Queue& require(Sqs& sqs, const std::optional<std::string>& arn, const std::string& parameter) {
  if (!arn) throw missing(parameter);
  const auto parts = Arn::parse(*arn);
  if (!parts || parts->service != "sqs")
    throw kInvalidParameter("You must use this format to specify the " + parameter +
                            ": arn:<partition>:<service>:<region>:<account-id>:<resource-id>");
  if (Queue* queue = sqs.find_arn(*arn)) return *queue;
  throw kResourceNotFound("The resource that you specified for the " + parameter +
                          " parameter doesn't exist.");
}

std::string handle_of(const MoveTask& task) {
  return base64(wire::to_json(wire::Map{{"taskId", Value(task.id)}, {"sourceArn", Value(task.source)}}));
}

/// The task's id and source of a handle; the handle may name no task.
MoveTask parse_handle(const std::string& handle) {
  const auto text = handle.size() <= 1024 ? from_base64(handle) : std::nullopt;
  const auto parsed = wire::parse_json(text.value_or(""));
  MoveTask out;
  if (parsed && parsed->is_map()) {
    out.id = parsed->text_or("taskId");
    out.source = parsed->text_or("sourceArn");
  }
  if (out.id.empty() || out.source.empty())
    throw kInvalidParameter("Value for parameter TaskHandle is invalid.");
  return out;
}

struct StartInput {
  std::optional<std::string> source, destination;
  std::optional<int> rate;
};

struct HandleOutput {
  std::string handle;
};

HandleOutput start(Sqs& sqs, const Call& call, const StartInput& in) {
  Queue* source = &require(sqs, in.source, "SourceArn");
  if (!sqs.is_dead_letter_queue(*source))
    throw kInvalidParameter("Source queue must be configured as a Dead Letter Queue.");
  if (in.destination) {
    const Queue& destination = require(sqs, in.destination, "DestinationArn");
    if (&destination == source)
      throw kInvalidParameter("Source queue arn and destination queue arn cannot be the same.");
    if (destination.fifo() != source->fifo())
      throw kInvalidParameter("The source queue and destination queue must be of the same queue type.");
  }
  if (in.rate && (*in.rate < 1 || *in.rate > kMaxMoveRate))
    throw kInvalidParameter(
        "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's "
        "between 1 and 500.");
  for (const MoveTask* task : sqs.move_tasks.of(source->arn))
    if (task->running())
      throw kInvalidParameter(
          "There is already a task running. Only one active task is allowed for a source queue arn at a "
          "given "
          "time.");
  if (sqs.move_tasks.running(call.account) >= kMaxMoveTasks)
    throw kOverLimit("At most 100 message move tasks can run at a time.");
  MoveTask task;
  task.source = source->arn;
  task.destination = in.destination.value_or("");
  task.rate = in.rate.value_or(0);
  task.started = call.now;
  sqs.expire(*source, call.now);
  task.to_move = static_cast<std::int64_t>(source->messages().counts().visible);
  task.last_id = sqs.last_message();
  return {handle_of(sqs.move_tasks.begin(std::move(task)))};
}

struct CancelInput {
  std::optional<std::string> handle;
};

struct CancelOutput {
  std::int64_t moved = 0;
};

CancelOutput cancel(Sqs& sqs, const Call&, const CancelInput& in) {
  if (!in.handle) throw missing("TaskHandle");
  const MoveTask named = parse_handle(*in.handle);
  require(sqs, named.source, "SourceArn");
  const MoveTask* task = sqs.move_tasks.find(named.id);
  if (!task || task->source != named.source || !task->running())
    throw kResourceNotFound("Task does not exist.");
  sqs.move_tasks.cancel(named.id);
  return {task->moved};
}

struct ListInput {
  std::optional<std::string> source;
  std::optional<int> max;
};

struct Entry {
  std::optional<std::string> handle, destination, failure;
  std::string status, source;
  std::optional<int> rate;
  std::int64_t moved = 0, started = 0;
  std::optional<std::int64_t> to_move;
  static Shape shape() {
    return {optional<&Entry::handle>("TaskHandle"),
            optional<&Entry::status>("Status"),
            optional<&Entry::source>("SourceArn"),
            optional<&Entry::destination>("DestinationArn"),
            optional<&Entry::rate>("MaxNumberOfMessagesPerSecond"),
            optional<&Entry::moved>("ApproximateNumberOfMessagesMoved"),
            optional<&Entry::to_move>("ApproximateNumberOfMessagesToMove"),
            optional<&Entry::failure>("FailureReason"),
            optional<&Entry::started>("StartedTimestamp")};
  }
};

struct ListOutput {
  std::vector<Entry> results;
};

Entry describe(const MoveTask& task) {
  Entry out;
  if (task.running()) out.handle = handle_of(task);
  out.status = task.status;
  out.source = task.source;
  if (!task.destination.empty()) out.destination = task.destination;
  if (task.rate > 0) out.rate = static_cast<int>(task.rate);
  out.moved = task.moved;
  out.to_move = task.to_move;
  if (!task.failure.empty()) out.failure = task.failure;
  out.started = to_millis(task.started);
  return out;
}

ListOutput list(Sqs& sqs, const Call&, const ListInput& in) {
  const Queue& source = require(sqs, in.source, "SourceArn");
  if (in.max && (*in.max < 1 || *in.max > static_cast<int>(kMaxListed)))
    throw kInvalidParameter(
        "Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and "
        "10.");
  ListOutput out;
  for (const MoveTask* task : sqs.move_tasks.of(source.arn)) {
    if (out.results.size() == static_cast<std::size_t>(in.max.value_or(1))) break;
    out.results.push_back(describe(*task));
  }
  return out;
}

}  // namespace

Operation start_message_move_task() {
  return operation<Sqs, StartInput, HandleOutput>({
      .name = "StartMessageMoveTask",
      .action = "sqs:StartMessageMoveTask",
      .resource = [](Sqs&, const Call&, const StartInput& in) { return in.source.value_or("*"); },
      .input = {required<&StartInput::source>("SourceArn"),
                optional<&StartInput::destination>("DestinationArn"),
                optional<&StartInput::rate>("MaxNumberOfMessagesPerSecond")},
      .output = {optional<&HandleOutput::handle>("TaskHandle")},
      .errors = {kResourceNotFound, kInvalidParameter, kMissingParameter, kOverLimit},
      .handle = start,
  });
}

Operation cancel_message_move_task() {
  return operation<Sqs, CancelInput, CancelOutput>({
      .name = "CancelMessageMoveTask",
      .action = "sqs:CancelMessageMoveTask",
      .resource =
          [](Sqs&, const Call&, const CancelInput& in) {
            return in.handle ? parse_handle(*in.handle).source : std::string("*");
          },
      .input = {required<&CancelInput::handle>("TaskHandle")},
      .output = {optional<&CancelOutput::moved>("ApproximateNumberOfMessagesMoved")},
      .errors = {kResourceNotFound, kInvalidParameter, kMissingParameter},
      .handle = cancel,
  });
}

Operation list_message_move_tasks() {
  return operation<Sqs, ListInput, ListOutput>({
      .name = "ListMessageMoveTasks",
      .action = "sqs:ListMessageMoveTasks",
      .resource = [](Sqs&, const Call&, const ListInput& in) { return in.source.value_or("*"); },
      .input = {required<&ListInput::source>("SourceArn"), optional<&ListInput::max>("MaxResults")},
      .output = {optional<&ListOutput::results>("Results", {.flattened = true})},
      .errors = {kResourceNotFound, kInvalidParameter, kMissingParameter},
      .handle = list,
  });
}

}  // namespace puddle::sqs
