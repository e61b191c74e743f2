// The factories of the operations; used by the table alone.
#pragma once
#include "aws/operation.hpp"

namespace puddle::sns {

Operation confirm_subscription();
Operation create_topic();
Operation delete_topic();
Operation get_subscription_attributes();
Operation get_topic_attributes();
Operation list_subscriptions();
Operation list_subscriptions_by_topic();
Operation list_topics();
Operation publish();
Operation set_subscription_attributes();
Operation set_topic_attributes();
Operation subscribe();
Operation unsubscribe();

}  // namespace puddle::sns
