// Sts: who the caller is, and temporary credentials of roles. No state of its own. Owned by the Engine,
// engine thread only; handlers throw AwsError.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"

namespace puddle::sts {

inline constexpr ErrorType kAccessDenied{"AccessDenied", 403};
inline constexpr ErrorType kValidationError{"ValidationError", 400};

class Sts final : public Service {
 public:
  explicit Sts(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override;
  wire::Dialect dialect() const override { return wire::Dialect::query; }
  const Deps& deps() const { return deps_; }

 private:
  Deps deps_;
  std::vector<Operation> operations_;
};

Operation assume_role();
Operation get_caller_identity();
const std::vector<std::string_view>& known_operations();

std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::sts
