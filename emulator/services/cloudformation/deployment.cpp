// The steps of a stack operation. Every step is committed before the next starts; after a kill the job runs
// again and goes on with what has no row yet. A resource that was being created when the process died is
// created again: where its service answers that it exists, the stack fails with that reason and rolls back.
#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/cloudformation/cloudformation.hpp"
#include "wire/json.hpp"

namespace puddle::cloudformation {
namespace {

using wire::Value;

ResourceRequest request_for(CloudFormation& service, const Stack& stack, const Resource& resource) {
  ResourceRequest r;
  r.client = &service.deps.client;
  r.loop = &service.deps.loop;
  r.principal = stack.principal;
  r.account = stack.account;
  r.region = stack.region;
  r.stack_name = stack.name;
  r.stack_id = stack.id;
  r.logical_id = resource.logical_id;
  r.physical_id = resource.physical_id;
  r.properties = resource.properties;
  r.name_suffix =
      stack.name + "-" + resource.logical_id + "-" + random_text(service.deps.entropy, 12, kUpperAlnum);
  r.now = service.deps.loop.now();
  return r;
}

intrinsic::Scope scope_of(const Plan& plan, const Pseudo& pseudo, const std::vector<Resource>& made) {
  intrinsic::Scope scope;
  scope.mappings = plan.section("Mappings");
  const auto find = [&made](std::string_view id) -> const Resource* {
    const auto it =
        std::find_if(made.begin(), made.end(), [&](const Resource& r) { return r.logical_id == id; });
    return it == made.end() ? nullptr : &*it;
  };
  scope.ref = [&plan, &pseudo, find](std::string_view name) -> std::optional<Value> {
    if (auto found = pseudo.find(name)) return found;
    if (const auto it = plan.parameters.find(std::string(name)); it != plan.parameters.end())
      return it->second;
    if (const Resource* r = find(name)) return Value(r->physical_id);
    return std::nullopt;
  };
  scope.get_att = [find](std::string_view id, std::string_view attribute) -> std::optional<Value> {
    const Resource* r = find(id);
    const Value* found = r ? r->attributes.find(attribute) : nullptr;
    return found ? std::optional(*found) : std::nullopt;
  };
  scope.condition = [&plan](std::string_view name) -> std::optional<bool> {
    const auto it = plan.conditions.find(std::string(name));
    return it == plan.conditions.end() ? std::nullopt : std::optional(it->second);
  };
  return scope;
}

const ResourceType* find_type(const CloudFormation& service, std::string_view name) {
  const auto& types = *service.deps.resource_types;
  const auto it =
      std::find_if(types.begin(), types.end(), [&](const ResourceType& t) { return t.name == name; });
  return it == types.end() ? nullptr : &*it;
}

/// Creates one resource; the reason of the failure, or empty.
Task<std::string> create_one(CloudFormation& service, const Stack& stack, const ResourceType& type,
                             Resource& resource) {
  std::string failure;
  try {
    ResourceRequest request = request_for(service, stack, resource);
    Task<ResourceResult> work = type.create(std::move(request));
    ResourceResult made = co_await std::move(work);
    resource.physical_id = std::move(made.physical_id);
    resource.attributes = std::move(made.attributes);
  } catch (const AwsError& e) {
    failure = e.message() + " (Service: " + type.name + ", Status Code: " + std::to_string(e.fault.status) +
              ", Error Code: " + e.code() + ")";
  } catch (const std::exception& e) {
    failure = std::string("Internal failure: ") + e.what();
  }
  co_return std::move(failure);
}

Task<std::string> remove_one(CloudFormation& service, const Stack& stack, const ResourceType& type,
                             const Resource& resource) {
  std::string failure;
  try {
    ResourceRequest request = request_for(service, stack, resource);
    Task<void> work = type.remove(std::move(request));
    co_await std::move(work);
  } catch (const std::exception& e) {
    failure = e.what();
  }
  co_return std::move(failure);
}

/// Removes what was created, newest first. The logical ids that could not be removed.
Task<std::vector<std::string>> remove_all(CloudFormation& service, const Stack& stack,
                                          const std::set<std::string>& retained) {
  std::vector<Resource> resources = service.records.resources(stack.id);
  std::vector<std::string> failed;
  for (auto it = resources.rbegin(); it != resources.rend(); ++it) {
    Resource& r = *it;
    if (r.status == "DELETE_COMPLETE" || r.status == "DELETE_SKIPPED") continue;
    const Time now = service.deps.loop.now();
    if (retained.contains(r.logical_id)) {
      service.deps.store.atomically([&] { service.set_status(stack, r, "DELETE_SKIPPED", "", now); });
      continue;
    }
    service.deps.store.atomically([&] { service.set_status(stack, r, "DELETE_IN_PROGRESS", "", now); });
    std::string failure;
    const ResourceType* type = find_type(service, r.type);
    if (type && !r.physical_id.empty()) {
      Task<std::string> work = remove_one(service, stack, *type, r);
      failure = co_await std::move(work);
    }
    if (!failure.empty()) failed.push_back(r.logical_id);
    const Time after = service.deps.loop.now();
    service.deps.store.atomically([&] {
      service.set_status(stack, r, failure.empty() ? "DELETE_COMPLETE" : "DELETE_FAILED", failure, after);
    });
  }
  co_return std::move(failed);
}

Result<Value> outputs_of(const Plan& plan, const intrinsic::Scope& scope) {
  wire::List out;
  const Value* section = plan.section("Outputs");
  if (!section || !section->is_map()) return Value(std::move(out));
  for (const auto& [name, body] : section->map()) {
    const std::string_view condition = body.text_or("Condition");
    if (!condition.empty() && !scope.condition(condition).value_or(false)) continue;
    const Value* value = body.find("Value");
    if (!value) return Failure("Template format error: Every Outputs member must contain a Value object");
    auto resolved = intrinsic::resolve(*value, scope);
    if (!resolved) return resolved.error();
    wire::Map item;
    item.add("OutputKey", name);
    item.add("OutputValue", resolved->is_text() ? *resolved : Value(wire::to_json(*resolved)));
    if (const Value* text = body.find("Description"); text && text->is_text()) item.add("Description", *text);
    out.emplace_back(std::move(item));
  }
  return Value(std::move(out));
}

Task<> roll_back(CloudFormation& service, Stack stack, std::vector<std::string> failed) {
  std::string reason = "The following resource(s) failed to create: [" + join(failed, ", ") + "]. ";
  const Time now = service.deps.loop.now();
  if (stack.on_failure == "DO_NOTHING") {
    service.deps.store.atomically([&] { service.set_status(stack, "CREATE_FAILED", reason, now); });
    co_return;
  }
  const bool remove = stack.on_failure == "DELETE";
  service.deps.store.atomically([&] {
    service.set_status(stack, remove ? "DELETE_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS",
                       reason + (remove ? "Delete" : "Rollback") + " requested by user.", now);
  });
  const std::set<std::string> none;
  Task<std::vector<std::string>> work = remove_all(service, stack, none);
  const std::vector<std::string> left = co_await std::move(work);
  const Time after = service.deps.loop.now();
  std::string status = remove ? "DELETE_COMPLETE" : "ROLLBACK_COMPLETE";
  if (!left.empty()) status = remove ? "DELETE_FAILED" : "ROLLBACK_FAILED";
  service.deps.store.atomically([&] {
    if (status == "DELETE_COMPLETE") stack.deleted = after;
    service.set_status(
        stack, status,
        left.empty() ? "" : "The following resource(s) failed to delete: [" + join(left, ", ") + "]. ",
        after);
  });
}

Task<> create_stack(CloudFormation& service, Stack stack) {
  const Result<Plan> planned = service.plan(stack);
  std::vector<std::string> failed;
  if (!planned) {
    const Time now = service.deps.loop.now();
    service.deps.store.atomically(
        [&] { service.set_status(stack, "ROLLBACK_COMPLETE", planned.error().message, now); });
    co_return;
  }
  const Plan& plan = *planned;
  const Pseudo pseudo{stack.account, stack.region, stack.id, stack.name};
  std::vector<Resource> made = service.records.resources(stack.id);
  std::erase_if(made, [](const Resource& r) { return r.status != "CREATE_COMPLETE"; });
  const intrinsic::Scope scope = scope_of(plan, pseudo, made);
  std::int64_t seq = 0;
  for (const PlannedResource& wanted : plan.resources) {
    ++seq;
    const bool there = std::any_of(made.begin(), made.end(),
                                   [&](const Resource& r) { return r.logical_id == wanted.logical_id; });
    if (there) continue;
    Resource r;
    r.stack_id = stack.id;
    r.logical_id = wanted.logical_id;
    r.seq = seq;
    r.type = wanted.type->name;
    r.attributes = wire::Map();
    auto properties = intrinsic::resolve(wanted.properties, scope);
    std::string failure;
    if (properties)
      r.properties = std::move(*properties);
    else
      failure = properties.error().message;
    Time now = service.deps.loop.now();
    service.deps.store.atomically([&] { service.set_status(stack, r, "CREATE_IN_PROGRESS", "", now); });
    if (failure.empty()) {
      Task<std::string> work = create_one(service, stack, *wanted.type, r);
      failure = co_await std::move(work);
    }
    now = service.deps.loop.now();
    service.deps.store.atomically([&] {
      service.set_status(stack, r, failure.empty() ? "CREATE_COMPLETE" : "CREATE_FAILED", failure, now);
    });
    if (!failure.empty()) {
      failed.push_back(r.logical_id);
      break;
    }
    made.push_back(std::move(r));
  }
  if (failed.empty()) {
    auto outputs = outputs_of(plan, scope);
    const Time now = service.deps.loop.now();
    if (outputs) {
      stack.outputs = std::move(*outputs);
      service.deps.store.atomically([&] { service.set_status(stack, "CREATE_COMPLETE", "", now); });
      co_return;
    }
    PUDDLE_LOG(warn, "cloudformation", stack.name + ": " + outputs.error().message);
    failed.push_back("Outputs");
  }
  Task<> work = roll_back(service, std::move(stack), std::move(failed));
  co_await std::move(work);
}

Task<> delete_stack(CloudFormation& service, Stack stack, std::set<std::string> retained) {
  if (const Result<Plan> planned = service.plan(stack))
    for (const PlannedResource& r : planned->resources)
      if (r.deletion_policy == "Retain") retained.insert(r.logical_id);
  Task<std::vector<std::string>> work = remove_all(service, stack, retained);
  const std::vector<std::string> failed = co_await std::move(work);
  const Time now = service.deps.loop.now();
  service.deps.store.atomically([&] {
    if (failed.empty()) stack.deleted = now;
    service.set_status(
        stack, failed.empty() ? "DELETE_COMPLETE" : "DELETE_FAILED",
        failed.empty() ? "" : "The following resource(s) failed to delete: [" + join(failed, ", ") + "]. ",
        now);
  });
}

}  // namespace

Task<JobResult> deploy(CloudFormation& service, Job job) {
  const auto payload = wire::parse_json(job.payload);
  if (!payload) co_return JobResult::done();
  std::optional<Stack> stack = service.records.by_id(payload->text_or("stack"));
  if (!stack) co_return JobResult::done();
  std::set<std::string> retained;
  if (const Value* list = payload->find("retain"); list && list->is_list())
    for (const Value& id : list->list()) retained.insert(id.text());
  if (payload->text_or("what") == "delete") {
    Task<> work = delete_stack(service, std::move(*stack), std::move(retained));
    co_await std::move(work);
  } else if (stack->status == "CREATE_IN_PROGRESS") {
    Task<> work = create_stack(service, std::move(*stack));
    co_await std::move(work);
  } else if (stack->status == "ROLLBACK_IN_PROGRESS" || stack->status == "DELETE_IN_PROGRESS") {
    std::vector<std::string> failed;
    for (const Resource& r : service.records.resources(stack->id))
      if (r.status == "CREATE_FAILED") failed.push_back(r.logical_id);
    Task<> work = roll_back(service, std::move(*stack), std::move(failed));
    co_await std::move(work);
  }
  co_return JobResult::done();
}

}  // namespace puddle::cloudformation
