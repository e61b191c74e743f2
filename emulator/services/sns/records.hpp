// Records: what SNS keeps, and all of its SQL. Engine thread only; StoreError is a bug of ours.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/value.hpp"

namespace puddle::sns {

using TextMap = std::map<std::string, std::string>;

struct Topic {
  std::string arn, account, region, name;
  TextMap attributes;  ///< what was set
  TextMap tags;
  std::int64_t deleted = 0;  ///< subscriptions deleted so far
  Time created{};
};

struct Subscription {
  std::string arn, topic_arn, protocol, endpoint;
  std::string owner;      ///< account of the subscriber
  std::string principal;  ///< ARN of the subscriber
  std::string token;
  bool confirmed = false;
  bool authenticated = false;  ///< the confirmation was signed
  bool authenticate_on_unsubscribe = false;
  TextMap attributes;  ///< what was set
  Time created{};
  bool raw() const {
    const auto it = attributes.find("RawMessageDelivery");
    return it != attributes.end() && it->second == "true";
  }
};

struct MessageAttribute {
  std::string type, text;
  std::string binary;  ///< of Binary types
  bool is_binary = false;
};
using MessageAttributes = std::map<std::string, MessageAttribute>;

namespace records {

std::vector<Migration> migrations();
void put(Store& store, const Topic& topic);
void put(Store& store, const Subscription& subscription);
void remove_topic(Store& store, std::string_view arn);
void remove_subscription(Store& store, std::string_view arn);
void each_topic(Store& store, const std::function<void(Topic)>& fn);
void each_subscription(Store& store, const std::function<void(Subscription)>& fn);
std::string text_of(const TextMap& map);
TextMap map_of(std::string_view text);

}  // namespace records
}  // namespace puddle::sns
