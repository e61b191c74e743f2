// ApiGateway: REST APIs and their execution. Memory mirrors the rows (records.hpp); a deployment is an
// immutable snapshot, compiled at its first call. Owned by the Engine, engine thread only; handlers throw
// AwsError.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/service.hpp"
#include "runtime/task.hpp"
#include "services/apigateway/errors.hpp"
#include "services/apigateway/limits.hpp"
#include "services/apigateway/records.hpp"

namespace puddle::apigateway {

class ApiGateway final : public Service {
 public:
  explicit ApiGateway(Deps deps);
  ~ApiGateway() override;
  const wire::ServiceWire& wire() const override;
  const std::vector<Operation>& operations() const override { return operations_; }
  const std::vector<std::string_view>& known_operations() const override;
  AwsError validation_error(std::string message) const override;
  std::vector<Migration> migrations() const override;
  void load() override;
  void stop() override;
  std::vector<ResourceType> resource_types() const override;
  /// execute-api requests, in every form of address (execution/address.hpp).
  bool serve(const HttpRequest& request, const Call& call, const Respond& respond) override;

  // Look-up, with AWS's errors. References are valid until the next change.
  Api& need_api(const Call& call, const std::string& id);
  Resource& need_resource(const Call& call, const std::string& api, const std::string& id);
  Method& need_method(const Call& call, const std::string& api, const std::string& resource,
                      const std::string& verb);
  Integration& need_integration(const Call& call, const std::string& api, const std::string& resource,
                                const std::string& verb);
  Stage& need_stage(const Call& call, const std::string& api, const std::string& name);
  Deployment& need_deployment(const Call& call, const std::string& api, const std::string& id);
  Api* find_api(const std::string& id);
  std::vector<Api*> apis_in(const Call& call);
  /// The deployment's routes and templates, compiled once.
  std::shared_ptr<const Compiled> compiled(Deployment& deployment);

  // Changes: rows first, then memory.
  Api& add_api(Api api);
  void save_api(const Api& changed);
  void drop_api(const std::string& id);
  void save_resource(Api& api, Resource changed);
  void drop_resource(Api& api, const std::string& id);
  Deployment& add_deployment(Api& api, Deployment deployment);
  void drop_deployment(Api& api, const std::string& id);
  void save_stage(Api& api, Stage changed);
  void drop_stage(Api& api, const std::string& name);
  std::string cloudwatch_role(const Call& call) const;
  void set_cloudwatch_role(const Call& call, const std::string& role);

  std::string new_id(std::size_t length);
  Deps& deps() { return deps_; }
  /// Tasks of executions; cancelled when the service stops.
  TaskGroup& tasks() { return tasks_; }

 private:
  Deps deps_;
  Records records_;
  std::vector<Operation> operations_;
  std::map<std::string, std::unique_ptr<Api>> apis_;
  std::map<std::string, std::string> accounts_;
  TaskGroup tasks_;
};

std::unique_ptr<Service> make(Deps deps);
std::vector<Operation> make_operations();
/// Of a control-plane path, for authorisation: "arn:aws:apigateway:REGION::/restapis/...".
std::string control_arn(const Call& call, const std::string& path);
/// Refuses a parameter by its name when it was given.
void refuse_given(bool given, std::string_view name);

}  // namespace puddle::apigateway
