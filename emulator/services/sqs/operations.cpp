// The table: every operation of the service.
#include "services/sqs/operations/factories.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (Operation (*make_one)() : {add_permission,
                                  cancel_message_move_task,
                                  change_message_visibility,
                                  change_message_visibility_batch,
                                  create_queue,
                                  delete_message,
                                  delete_message_batch,
                                  delete_queue,
                                  get_queue_attributes,
                                  get_queue_url,
                                  list_dead_letter_source_queues,
                                  list_message_move_tasks,
                                  list_queue_tags,
                                  list_queues,
                                  purge_queue,
                                  receive_message,
                                  remove_permission,
                                  send_message,
                                  send_message_batch,
                                  set_queue_attributes,
                                  start_message_move_task,
                                  tag_queue,
                                  untag_queue})
    out.push_back(make_one());
  return out;
}

}  // namespace puddle::sqs
