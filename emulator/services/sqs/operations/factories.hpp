// The factories of the operations; used by the table alone.
#pragma once
#include "aws/operation.hpp"

namespace puddle::sqs {

Operation add_permission();
Operation cancel_message_move_task();
Operation change_message_visibility();
Operation change_message_visibility_batch();
Operation create_queue();
Operation delete_message();
Operation delete_message_batch();
Operation delete_queue();
Operation get_queue_attributes();
Operation get_queue_url();
Operation list_dead_letter_source_queues();
Operation list_message_move_tasks();
Operation list_queue_tags();
Operation list_queues();
Operation purge_queue();
Operation receive_message();
Operation remove_permission();
Operation send_message();
Operation send_message_batch();
Operation set_queue_attributes();
Operation start_message_move_task();
Operation tag_queue();
Operation untag_queue();

}  // namespace puddle::sqs
