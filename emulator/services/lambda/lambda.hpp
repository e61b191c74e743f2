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
#include "runtime/signal.hpp"
#include "runtime/task.hpp"
#include "services/lambda/environments.hpp"
#include "services/lambda/errors.hpp"
#include "services/lambda/event_sources/event_sources.hpp"
#include "services/lambda/limits.hpp"
#include "services/lambda/mapping.hpp"
#include "services/lambda/model.hpp"
#include "services/lambda/records.hpp"

namespace puddle::lambda {

const std::vector<std::string_view>& known_operations();

/// A function as a caller names it: name, partial or full ARN, each with an optional qualifier.
struct FunctionName {
  std::string account, region, name, qualifier;  ///< qualifier: empty for none
  std::string arn() const;                       ///< without the qualifier
  std::string qualified() const { return qualifier.empty() ? arn() : arn() + ":" + qualifier; }
};

/// What a name and a qualifier stand for. Pointers are good until the next wait or change.
struct Target {
  FunctionFamily* family = nullptr;
  Function* function = nullptr;  ///< $LATEST, the version, or the main version of the alias
  Alias* alias = nullptr;        ///< when the qualifier is one
  std::string qualifier;         ///< as given; empty for none
  std::string arn;               ///< with the qualifier
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
  /// The zips that Code.Location and Content.Location point to, and function URLs.
  bool serve(const HttpRequest& request, const Call& call, const Respond& respond) override;

  // Look-up (lookup.cpp).

  /// Throws InvalidParameterValueException when the two qualifiers differ.
  FunctionName parse_name(const Call& call, std::string_view name,
                          const std::optional<std::string>& qualifier = {}) const;
  FunctionFamily* find(const FunctionName& name);
  FunctionFamily* find_family(std::string_view arn);  ///< a qualifier is ignored
  /// $LATEST, the version or the alias's main version; null when there is none.
  Function* find_arn(std::string_view arn);
  /// The same for an invocation: an alias with weights chooses by chance.
  Function* choose(std::string_view arn);
  std::optional<Target> find_target(const FunctionName& name);
  /// Throws ResourceNotFoundException, with the qualifier when one was given.
  Target need(const Call& call, std::string_view name, const std::optional<std::string>& qualifier = {});
  std::vector<FunctionFamily*> functions_in(const Call& call) {
    return families_.in(call.account, call.region);
  }
  FunctionFamily* find_url(std::string_view id, std::string& qualifier);
  Mapping* find_mapping(std::string_view uuid);
  Mapping& need_mapping(const Call& call, const std::string& uuid);
  std::vector<Mapping*> mappings_in(const Call& call);

  // Changes: rows first, then memory.

  FunctionFamily& add(FunctionFamily family, std::string_view zip);
  /// New code or configuration of $LATEST: environments of the old one are used no more, and the update is
  /// settled a little later. zip: new code, or nullptr.
  void replace(Function changed, const std::string* zip);
  /// Publishes $LATEST as the next version.
  Function& publish(FunctionFamily& family, const std::optional<std::string>& description);
  /// Policy, tags, aliases, concurrency: environments stay.
  void save(FunctionFamily& family, FunctionSettings changed);
  void erase(FunctionFamily& family);
  void erase_version(FunctionFamily& family, int version);
  Mapping& add(Mapping mapping);
  void save(Mapping changed);
  void note(Mapping changed);  ///< tags, state, last result: its poller runs on
  void erase_mapping(const std::string& uuid);

  /// Tells the environments what is reserved and provisioned for the function, once it is committed.
  void limits_changed(const FunctionFamily& family);

  /// Waits while a function is being created or updated, for a second at most: that is how long a client that
  /// does not ask for the state is spared AWS's ResourceConflictException.
  Task<> quiet(FunctionName name);
  /// The same for an event source mapping on its way.
  Task<> arrived(std::string uuid);

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
  void settle_later(const Function& function);
  void settle(const std::string& arn);
  void save_and_apply(FunctionFamily& family, Function changed);
  bool serve_code(const HttpRequest& request, const Respond& respond);
  std::vector<Operation> operations_;
  Registry<FunctionFamily> families_;
  std::map<std::string, std::unique_ptr<Mapping>, std::less<>> mappings_;
  std::map<std::string, std::pair<FunctionFamily*, std::string>, std::less<>> urls_;
  std::unique_ptr<Signal> settled_;
  std::uint64_t generation_ = 0;
};

/// "ENDPOINT/lambda-code/ACCOUNT/REGION/NAME/VERSION?signature=...": who knows it may download, as with a
/// pre-signed URL.
std::string code_location(const std::string& endpoint, const Function& function);
/// "ENDPOINT/lambda-layers/ACCOUNT/REGION/NAME/VERSION?signature=...".
std::string layer_location(const std::string& endpoint, const LayerVersion& layer);
/// "2026-11-24T10:15:30.123+0000".
std::string modified_text(Time now);
/// As Lambda names the build of a runtime; the digits are made from the name.
std::string runtime_version_arn(const Function& function);
/// Refuses a parameter by its name when it was given.
void refuse_given(bool given, std::string_view name);
/// Whether code and configuration are as they were when this was made.
std::string fingerprint(const Function& function);
/// Throws ResourceConflictException while an update is in progress.
void check_quiet(const FunctionFamily& family);
/// The zips of the function's layers, in their order.
std::vector<LayerVersion> layers_of(const Lambda& service, const Function& function);

/// An asynchronous event, as the payload of a "lambda.invoke" job.
struct AsyncEvent {
  std::string function_arn;  ///< with the qualifier when it was invoked with one
  Event event;
};
/// Call it inside a savepoint.
void queue_event(Lambda& service, const AsyncEvent& event, Time now);
Task<JobResult> run_event(Lambda& service, Job job);

/// operations/mappings.cpp: a mapping on the way arrives.
void settle_mapping(Lambda& service, const std::string& uuid);

/// function_url.cpp: a request to a function URL; false when there is no such URL.
bool serve_url(Lambda& service, const HttpRequest& request, const Call& call, const Respond& respond);

std::vector<Operation> make_operations();
std::unique_ptr<Service> make(Deps deps);

}  // namespace puddle::lambda
