// PolicyAuthorizer: decides calls by identity and resource policies; modes off, warn and enforce.
// Engine thread only.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "aws/access.hpp"

namespace puddle {

class PolicyAuthorizer final : public Authorizer {
 public:
  /// denied: called with each refusal (enforced or only warned of) and its reason.
  using Denied = std::function<void(const Call&, std::string_view action, std::string_view resource,
                                    const std::string& reason)>;
  PolicyAuthorizer(PolicySource& source, AuthMode mode, Denied denied = {});
  ~PolicyAuthorizer() override;
  AuthMode mode() const override { return mode_; }
  void set_mode(AuthMode mode) { mode_ = mode; }
  /// In enforce mode throws AwsError("AccessDenied", AWS's text, 403); the dispatcher words the code per
  /// service.
  void require(const Call& call, std::string_view action, std::string_view resource,
               std::string_view resource_policy, const ConditionContext& context) override;
  std::string why_denied(const Call& call, std::string_view action, std::string_view resource,
                         std::string_view resource_policy, const ConditionContext& context) override;
  std::string why_not_assumable(const PolicySource::Role& role, const Principal& by,
                                const ConditionContext& context = {}) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  PolicySource& source_;
  AuthMode mode_;
  Denied denied_;
};

}  // namespace puddle
