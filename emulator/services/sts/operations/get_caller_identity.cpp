// GetCallerIdentity: allowed to everybody, whatever the policies say.
#include "services/sts/sts.hpp"

namespace puddle::sts {
namespace {

struct Output {
  std::string user_id, account, arn;
};

Output handle(Sts&, const Call& call, const Empty&) {
  return {call.principal.user_id, call.principal.account, call.principal.arn};
}

}  // namespace

Operation get_caller_identity() {
  return operation<Sts, Empty, Output>({
      .name = "GetCallerIdentity",
      .action = "sts:GetCallerIdentity",
      .output = {optional<&Output::user_id>("UserId"), optional<&Output::account>("Account"),
                 optional<&Output::arn>("Arn")},
      .access = Access::anyone,
      .handle = handle,
  });
}

}  // namespace puddle::sts
