#include "services/cloudformation/cloudformation.hpp"

#include "embedded/cloudformation/schema.sql.hpp"
#include "runtime/random.hpp"
#include "wire/json.hpp"

namespace puddle::cloudformation {

CloudFormation::CloudFormation(Deps d) : deps(d), records(d.store), operations_(make_operations()) {}

const wire::ServiceWire& CloudFormation::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "cloudformation";
    w.protocol = wire::Protocol::query;
    w.api_version = "2010-05-15";
    w.xml_namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
    return w;
  }();
  return description;
}

std::vector<Migration> CloudFormation::migrations() const {
  return {{"cloudformation", 1, std::string(embedded::kCloudFormationSchema)}};
}

void CloudFormation::load() {
  deps.jobs.handle(
      "cloudformation.deploy", [this](Job job) { return deploy(*this, std::move(job)); }, 2);
}

Stack CloudFormation::require(const Call& call, const std::string& name_or_id) const {
  auto found = name_or_id.starts_with("arn:") ? records.by_id(name_or_id)
                                              : records.by_name(call.account, call.region, name_or_id);
  if (!found) throw kValidationError("Stack with id " + name_or_id + " does not exist");
  return std::move(*found);
}

Result<Plan> CloudFormation::plan(const Stack& stack) const {
  std::map<std::string, std::string> given;
  if (stack.parameters.is_map())
    for (const auto& [name, value] : stack.parameters.map()) given[name] = value.text();
  const Pseudo pseudo{stack.account, stack.region, stack.id, stack.name};
  return make_plan(stack.template_text, given, pseudo, *deps.resource_types);
}

void CloudFormation::set_status(Stack& stack, std::string status, std::string reason, Time now) {
  stack.status = std::move(status);
  stack.reason = std::move(reason);
  records.update(stack);
  Event e;
  e.stack_id = stack.id;
  e.event_id = uuid(deps.entropy);
  e.logical_id = stack.name;
  e.physical_id = stack.id;
  e.type = "AWS::CloudFormation::Stack";
  e.status = stack.status;
  e.reason = stack.reason;
  e.at = now;
  records.add(e);
}

void CloudFormation::set_status(const Stack& stack, Resource& r, std::string status, std::string reason,
                                Time now) {
  r.status = std::move(status);
  r.reason = std::move(reason);
  r.at = now;
  records.put(r);
  Event e;
  e.stack_id = stack.id;
  e.event_id = r.logical_id + "-" + r.status + "-" + iso8601(now);
  e.logical_id = r.logical_id;
  e.physical_id = r.physical_id;
  e.type = r.type;
  e.status = r.status;
  e.reason = r.reason;
  e.properties = wire::to_json(r.properties);
  e.at = now;
  records.add(e);
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<CloudFormation>(deps); }

}  // namespace puddle::cloudformation
