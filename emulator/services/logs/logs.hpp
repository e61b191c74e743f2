// Logs: CloudWatch Logs groups, streams and events. All state is rows (records.hpp). Owned by the Engine,
// engine thread only; handlers throw AwsError.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "services/logs/errors.hpp"
#include "services/logs/limits.hpp"
#include "services/logs/records.hpp"

namespace puddle::logs {

const std::vector<std::string_view>& known_operations();

class Logs final : public Service {
 public:
  explicit Logs(Deps deps);
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override { return logs::known_operations(); }
  AwsError validation_error(std::string message) const override {
    return kInvalidParameter(std::move(message));
  }
  std::vector<Migration> migrations() const override;
  void load() override;
  std::vector<ResourceType> resource_types() const override;

  /// A group by name or by identifier (a name or an ARN); throws when both, neither or none such.
  Group need(const Call& call, const std::optional<std::string>& name,
             const std::optional<std::string>& identifier = {}) const;
  Stream need_stream(const Group& group, const std::string& name) const;
  /// Sets or drops the retention and the job that deletes what has expired.
  void set_retention(Group group, std::optional<int> days, Time now);

  Deps deps;
  mutable Records records;

 private:
  std::vector<Operation> operations_;
};

/// "arn:aws:logs:REGION:ACCOUNT:log-group:NAME".
std::string group_arn(const Group& group);
/// What AWS authorises: the group's ARN with ":log-stream:" and the stream, which may be empty.
std::string resource_arn(const Call& call, std::string_view group, std::string_view stream = {});

std::vector<Operation> make_operations();
std::vector<Operation> group_operations();
std::vector<Operation> stream_operations();
Operation put_log_events();
std::vector<Operation> reading_operations();
std::vector<Operation> tag_operations();
std::unique_ptr<Service> make(Deps deps);

inline constexpr std::string_view kGroupPattern = "[\\.\\-_/#A-Za-z0-9]+";
inline constexpr std::string_view kStreamPattern = "[^:*]*";

}  // namespace puddle::logs
