// The table: every operation of the service.
#include "services/sns/operations/factories.hpp"
#include "services/sns/sns.hpp"

namespace puddle::sns {

std::vector<Operation> make_operations() {
  std::vector<Operation> out;
  for (Operation (*make_one)() :
       {confirm_subscription, create_topic, delete_topic, get_subscription_attributes, get_topic_attributes,
        list_subscriptions, list_subscriptions_by_topic, list_topics, publish, set_subscription_attributes,
        set_topic_attributes, subscribe, unsubscribe})
    out.push_back(make_one());
  return out;
}

}  // namespace puddle::sns
