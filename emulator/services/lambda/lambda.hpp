// Lambda: functions, their invocation and their event source mappings. Memory mirrors the rows (records.hpp);
// execution environments are memory only (environments.hpp); asynchronous events are jobs (jobs.cpp). Owned
// by the Engine, engine thread only; handlers throw AwsError.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/change_feed.hpp"
#include "aws/service.hpp"
#include "runtime/task.hpp"
#include "services/lambda/environments.hpp"
#include "services/lambda/errors.hpp"
#include "services/lambda/event_sources/event_sources.hpp"
#include "services/lambda/limits.hpp"
#include "services/lambda/model.hpp"
#include "services/lambda/records.hpp"

namespace puddle::lambda {

const std::vector<std::string_view>& known_operations();

/// A function as a caller names it: name, partial or full ARN, each with an optional qualifier.
struct FunctionName {
  std::string account, region, name, qualifier;  ///< qualifier: empty for none
  std::string arn() const;                       ///< without the qualifier
};

class Lambda final : public Service {
 public:
  explicit Lambda(Deps deps);
  ~Lambda() override;
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override {
    return lambda::known_operations();
  }
  wire::Dialect dialect() const override { return wire::Dialect::lambda; }
  AwsError access_denied(std::string message) const override;
  std::vector<Migration> migrations() const override;
  void load() override;
  void start() override;
  void stop() override;
  std::string resource_policy(const std::string& arn) const override;
  std::vector<ResourceType> resource_types() const override;
  /// The zip that GetFunction's Code.Location points to.
  bool serve(const HttpRequest& request, const Call& call, const Respond& respond) override;

  /// Throws InvalidParameterValueException when the two qualifiers differ.
  FunctionName parse_name(const Call& call, std::string_view name,
                          const std::optional<std::string>& qualifier = {}) const;
  Function* find(const FunctionName& name);
  Function* find_arn(std::string_view arn);
  /// Throws ResourceNotFoundException, with the qualifier when one was given; only $LATEST exists.
  Function& need(const Call& call, std::string_view name, const std::optional<std::string>& qualifier = {});
  std::vector<Function*> functions_in(const Call& call) { return functions_.in(call.account, call.region); }
  Mapping* find_mapping(std::string_view uuid);
  Mapping& need_mapping(const Call& call, const std::string& uuid);
  std::vector<Mapping*> mappings_in(const Call& call);

  // Changes: rows first, then memory.
  Function& add(Function function, std::string_view zip);
  /// Environments of the old code or configuration are used no more. zip: new code, or nullptr.
  void replace(Function changed, const std::string* zip);
  /// Policy and tags: environments stay.
  void save(Function changed);
  void erase(const FunctionName& name);
  Mapping& add(Mapping mapping);
  void save(Mapping changed);
  void erase_mapping(const std::string& uuid);

  /// Whether Lambda may assume the role, and the caller may pass it. Throws as the mode demands.
  void check_role(const Call& call, const std::string& role_arn);
  /// What a function's own calls are authorised as; root when the role does not exist and nothing enforces.
  Principal role_of(const Function& function) const;
  std::string new_revision();

  Deps deps;
  Records records;
  ChangeFeed feed;
  Environments environments;
  EventSources sources;
  TaskGroup tasks;

 private:
  std::vector<Operation> operations_;
  Registry<Function> functions_;
  std::map<std::string, std::unique_ptr<Mapping>, std::less<>> mappings_;
  std::uint64_t generation_ = 0;
};

/// "ENDPOINT/lambda-code/ACCOUNT/REGION/NAME?signature=...": who knows it may download, as with a pre-signed
/// URL.
std::string code_location(const std::string& endpoint, const Function& function);
/// "2026-11-24T10:15:30.123+0000".
std::string modified_text(Time now);
/// As Lambda names the build of a runtime; the digits are made from the name.
std::string runtime_version_arn(const Function& function);
/// Refuses a parameter by its name when it was given.
void refuse_given(bool given, std::string_view name);

/// An asynchronous event, as the payload of a "lambda.invoke" job.
struct AsyncEvent {
  std::string function_arn;
  Event event;
};
/// Call it inside a savepoint.
void queue_event(Lambda& service, const AsyncEvent& event, Time now);
Task<JobResult> run_event(Lambda& service, Job job);

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::lambda
