// CloudFormation: stacks of the resource types that the other services declare. A stack operation is a
// durable job; each of its steps is a row before the next begins. Engine thread.
#pragma once
#include <memory>
#include <string>

#include "aws/service.hpp"
#include "services/cloudformation/plan.hpp"
#include "services/cloudformation/records.hpp"

namespace puddle::cloudformation {

inline constexpr ErrorType kValidationError{"ValidationError", 400};
inline constexpr ErrorType kAlreadyExists{"AlreadyExistsException", 400};
inline constexpr ErrorType kInsufficientCapabilities{"InsufficientCapabilitiesException", 400};

const std::vector<std::string_view>& known_operations();

class CloudFormation final : public Service {
 public:
  explicit CloudFormation(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override {
    return cloudformation::known_operations();
  }
  std::vector<Migration> migrations() const override;
  void load() override;

  /// A live stack by name, or any by id. Throws ValidationError.
  Stack require(const Call& call, const std::string& name_or_id) const;
  Result<Plan> plan(const Stack& stack) const;
  /// Status of the stack with its event; inside the operation's savepoint.
  void set_status(Stack& stack, std::string status, std::string reason, Time now);
  void set_status(const Stack& stack, Resource& resource, std::string status, std::string reason, Time now);

  Deps deps;
  mutable Records records;

 private:
  std::vector<Operation> operations_;
};

/// The job behind CreateStack and DeleteStack; payload: {"stack": id, "what": "create" | "delete"}.
Task<JobResult> deploy(CloudFormation& service, Job job);

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::cloudformation
