// Principal: who makes a call.
#pragma once
#include <string>
#include <string_view>

namespace puddle {

struct Principal {
  enum class Kind { root, user, role, service, anonymous } kind = Kind::root;
  std::string account;
  /// root: arn:aws:iam::A:root; user: arn:aws:iam::A:user/N; role: arn:aws:sts::A:assumed-role/R/SESSION;
  /// service: "lambda.amazonaws.com"
  std::string arn;
  std::string role_arn;  ///< role: arn:aws:iam::A:role/path/R
  std::string user_id;   ///< root: the account; user: AIDA...; role: AROA...:SESSION

  static Principal root(std::string account);
  static Principal role(std::string_view role_arn, std::string_view session, std::string_view role_id = {});
  static Principal service_principal(std::string name, std::string account);
};

}  // namespace puddle
