#include "aws/principal.hpp"

#include "aws/arn.hpp"

namespace puddle {

Principal Principal::root(std::string account) {
  Principal p;
  p.kind = Kind::root;
  p.arn = "arn:aws:iam::" + account + ":root";
  p.user_id = account;
  p.account = std::move(account);
  return p;
}

Principal Principal::role(std::string_view role_arn, std::string_view session, std::string_view role_id) {
  Principal p;
  p.kind = Kind::role;
  p.role_arn = std::string(role_arn);
  if (const auto arn = Arn::parse(role_arn)) {
    p.account = arn->account;
    // The path of a role is not part of the session's ARN.
    const std::string name = arn->resource.substr(arn->resource.rfind('/') + 1);
    p.arn = "arn:aws:sts::" + p.account + ":assumed-role/" + name + "/" + std::string(session);
  }
  p.user_id = std::string(role_id) + ":" + std::string(session);
  return p;
}

Principal Principal::service_principal(std::string name, std::string account) {
  Principal p;
  p.kind = Kind::service;
  p.arn = std::move(name);
  p.account = std::move(account);
  p.user_id = p.arn;
  return p;
}

}  // namespace puddle
