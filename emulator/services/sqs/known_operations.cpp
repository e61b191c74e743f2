// Every operation of the published sqs model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::sqs {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "AddPermission",
      "CancelMessageMoveTask",
      "ChangeMessageVisibility",
      "ChangeMessageVisibilityBatch",
      "CreateQueue",
      "DeleteMessage",
      "DeleteMessageBatch",
      "DeleteQueue",
      "GetQueueAttributes",
      "GetQueueUrl",
      "ListDeadLetterSourceQueues",
      "ListMessageMoveTasks",
      "ListQueueTags",
      "ListQueues",
      "PurgeQueue",
      "ReceiveMessage",
      "RemovePermission",
      "SendMessage",
      "SendMessageBatch",
      "SetQueueAttributes",
      "StartMessageMoveTask",
      "TagQueue",
      "UntagQueue",
  };
  return names;
}

}  // namespace puddle::sqs
