// Every operation of the published sts model, so that one we don't have is refused by its name.
#include <string_view>
#include <vector>

namespace puddle::sts {

const std::vector<std::string_view>& known_operations();

const std::vector<std::string_view>& known_operations() {
  static const std::vector<std::string_view> names{
      "AssumeRole",        "AssumeRoleWithSAML",         "AssumeRoleWithWebIdentity",
      "AssumeRoot",        "DecodeAuthorizationMessage", "GetAccessKeyInfo",
      "GetCallerIdentity", "GetDelegatedAccessToken",    "GetFederationToken",
      "GetSessionToken",   "GetWebIdentityToken",
  };
  return names;
}

}  // namespace puddle::sts
