// Every operation of the published sns model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::sns {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "AddPermission",
      "CheckIfPhoneNumberIsOptedOut",
      "ConfirmSubscription",
      "CreatePlatformApplication",
      "CreatePlatformEndpoint",
      "CreateSMSSandboxPhoneNumber",
      "CreateTopic",
      "DeleteEndpoint",
      "DeletePlatformApplication",
      "DeleteSMSSandboxPhoneNumber",
      "DeleteTopic",
      "GetDataProtectionPolicy",
      "GetEndpointAttributes",
      "GetPlatformApplicationAttributes",
      "GetSMSAttributes",
      "GetSMSSandboxAccountStatus",
      "GetSubscriptionAttributes",
      "GetTopicAttributes",
      "ListEndpointsByPlatformApplication",
      "ListOriginationNumbers",
      "ListPhoneNumbersOptedOut",
      "ListPlatformApplications",
      "ListSMSSandboxPhoneNumbers",
      "ListSubscriptions",
      "ListSubscriptionsByTopic",
      "ListTagsForResource",
      "ListTopics",
      "OptInPhoneNumber",
      "Publish",
      "PublishBatch",
      "PutDataProtectionPolicy",
      "RemovePermission",
      "SetEndpointAttributes",
      "SetPlatformApplicationAttributes",
      "SetSMSAttributes",
      "SetSubscriptionAttributes",
      "SetTopicAttributes",
      "Subscribe",
      "TagResource",
      "Unsubscribe",
      "UntagResource",
      "VerifySMSSandboxPhoneNumber",
  };
  return names;
}

}  // namespace puddle::sns
