// Reading operations over a stack's resources and events.
#include <algorithm>

#include "base/text.hpp"
#include "services/cloudformation/cloudformation.hpp"
#include "services/cloudformation/operations/factories.hpp"

namespace puddle::cloudformation {
namespace {

constexpr std::size_t kPage = 100;

std::optional<std::string> if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

struct Drift {
  std::string status = "NOT_CHECKED";
  static Shape shape() { return {required<&Drift::status>("StackResourceDriftStatus")}; }
};

struct Item {
  std::string stack_name, stack_id, logical_id, type, status;
  std::optional<std::string> physical_id, reason;
  Time at;
  Drift drift;
  /// of DescribeStackResources
  static Shape shape() {
    return {required<&Item::stack_name>("StackName"),
            required<&Item::stack_id>("StackId"),
            required<&Item::logical_id>("LogicalResourceId"),
            optional<&Item::physical_id>("PhysicalResourceId"),
            required<&Item::type>("ResourceType"),
            required<&Item::at>("Timestamp"),
            required<&Item::status>("ResourceStatus"),
            optional<&Item::reason>("ResourceStatusReason"),
            required<&Item::drift>("DriftInformation")};
  }
};

/// The same with LastUpdatedTimestamp, for DescribeStackResource.
struct Detail : Item {
  static Shape shape() {
    return {required<&Item::stack_name>("StackName"),
            required<&Item::stack_id>("StackId"),
            required<&Item::logical_id>("LogicalResourceId"),
            optional<&Item::physical_id>("PhysicalResourceId"),
            required<&Item::type>("ResourceType"),
            required<&Item::at>("LastUpdatedTimestamp"),
            required<&Item::status>("ResourceStatus"),
            optional<&Item::reason>("ResourceStatusReason"),
            required<&Item::drift>("DriftInformation")};
  }
};

/// Without the stack's names, for ListStackResources.
struct Summary : Item {
  static Shape shape() {
    return {required<&Item::logical_id>("LogicalResourceId"),
            optional<&Item::physical_id>("PhysicalResourceId"),
            required<&Item::type>("ResourceType"),
            required<&Item::at>("LastUpdatedTimestamp"),
            required<&Item::status>("ResourceStatus"),
            optional<&Item::reason>("ResourceStatusReason"),
            required<&Item::drift>("DriftInformation")};
  }
};

template <class T>
T item_of(const Stack& stack, const Resource& r) {
  T item;
  item.stack_name = stack.name;
  item.stack_id = stack.id;
  item.logical_id = r.logical_id;
  item.physical_id = if_any(r.physical_id);
  item.type = r.type;
  item.at = r.at;
  item.status = r.status;
  item.reason = if_any(r.reason);
  return item;
}

struct ResourcesInput {
  std::optional<std::string> stack_name, logical_id, physical_id;
};

struct ResourcesOutput {
  std::vector<Item> resources;
};

ResourcesOutput describe_all(CloudFormation& service, const Call& call, const ResourcesInput& in) {
  if (in.physical_id) throw kValidationError("PhysicalResourceId is not supported: name the stack.");
  if (!in.stack_name) throw kValidationError("StackName or PhysicalResourceId must be specified");
  const Stack stack = service.require(call, *in.stack_name);
  ResourcesOutput out;
  for (const Resource& r : service.records.resources(stack.id))
    if (!in.logical_id || *in.logical_id == r.logical_id) out.resources.push_back(item_of<Item>(stack, r));
  return out;
}

struct ResourceInput {
  std::string stack_name, logical_id;
};

struct ResourceOutput {
  Detail detail;
};

ResourceOutput describe_one(CloudFormation& service, const Call& call, const ResourceInput& in) {
  const Stack stack = service.require(call, in.stack_name);
  for (const Resource& r : service.records.resources(stack.id))
    if (r.logical_id == in.logical_id) return {.detail = item_of<Detail>(stack, r)};
  throw kValidationError("Resource " + in.logical_id + " does not exist for stack " + stack.name);
}

struct ListInput {
  std::string stack_name;
  std::optional<std::string> next_token;
};

struct ListOutput {
  std::vector<Summary> summaries;
  std::optional<std::string> next_token;
};

std::size_t offset_of(const std::optional<std::string>& token) {
  return static_cast<std::size_t>(std::max<std::int64_t>(0, token ? parse_int(*token).value_or(0) : 0));
}

ListOutput list(CloudFormation& service, const Call& call, const ListInput& in) {
  const Stack stack = service.require(call, in.stack_name);
  const std::vector<Resource> all = service.records.resources(stack.id);
  ListOutput out;
  const std::size_t from = offset_of(in.next_token);
  for (std::size_t i = from; i < all.size() && out.summaries.size() < kPage; ++i)
    out.summaries.push_back(item_of<Summary>(stack, all[i]));
  if (from + out.summaries.size() < all.size()) out.next_token = std::to_string(from + out.summaries.size());
  return out;
}

struct EventItem {
  std::string stack_id, event_id, stack_name, logical_id, physical_id, type, status;
  std::optional<std::string> reason, properties;
  Time at;
  static Shape shape() {
    return {required<&EventItem::stack_id>("StackId"),
            required<&EventItem::event_id>("EventId"),
            required<&EventItem::stack_name>("StackName"),
            required<&EventItem::logical_id>("LogicalResourceId"),
            required<&EventItem::physical_id>("PhysicalResourceId"),
            required<&EventItem::type>("ResourceType"),
            required<&EventItem::at>("Timestamp"),
            required<&EventItem::status>("ResourceStatus"),
            optional<&EventItem::reason>("ResourceStatusReason"),
            optional<&EventItem::properties>("ResourceProperties")};
  }
};

struct EventsInput {
  std::optional<std::string> stack_name, next_token;
};

struct EventsOutput {
  std::vector<EventItem> events;
  std::optional<std::string> next_token;
};

EventsOutput events(CloudFormation& service, const Call& call, const EventsInput& in) {
  if (!in.stack_name) throw kValidationError("StackName is required");
  const Stack stack = service.require(call, *in.stack_name);
  const std::size_t from = offset_of(in.next_token);
  EventsOutput out;
  for (const Event& e : service.records.events(stack.id, from, kPage + 1)) {
    if (out.events.size() == kPage) {
      out.next_token = std::to_string(from + kPage);
      break;
    }
    EventItem item;
    item.stack_id = e.stack_id;
    item.event_id = e.event_id;
    item.stack_name = stack.name;
    item.logical_id = e.logical_id;
    item.physical_id = e.physical_id;
    item.type = e.type;
    item.at = e.at;
    item.status = e.status;
    item.reason = if_any(e.reason);
    item.properties = if_any(e.properties);
    out.events.push_back(std::move(item));
  }
  return out;
}

}  // namespace

Operation describe_stack_resources() {
  return operation<CloudFormation, ResourcesInput, ResourcesOutput>({
      .name = "DescribeStackResources",
      .action = "cloudformation:DescribeStackResources",
      .input = {optional<&ResourcesInput::stack_name>("StackName"),
                optional<&ResourcesInput::logical_id>("LogicalResourceId"),
                optional<&ResourcesInput::physical_id>("PhysicalResourceId")},
      .output = {required<&ResourcesOutput::resources>("StackResources")},
      .errors = {kValidationError},
      .handle = describe_all,
  });
}

Operation describe_stack_resource() {
  return operation<CloudFormation, ResourceInput, ResourceOutput>({
      .name = "DescribeStackResource",
      .action = "cloudformation:DescribeStackResource",
      .input = {required<&ResourceInput::stack_name>("StackName"),
                required<&ResourceInput::logical_id>("LogicalResourceId")},
      .output = {required<&ResourceOutput::detail>("StackResourceDetail")},
      .errors = {kValidationError},
      .handle = describe_one,
  });
}

Operation list_stack_resources() {
  return operation<CloudFormation, ListInput, ListOutput>({
      .name = "ListStackResources",
      .action = "cloudformation:ListStackResources",
      .input = {required<&ListInput::stack_name>("StackName"),
                optional<&ListInput::next_token>("NextToken", {.min = 1, .max = 1024})},
      .output = {required<&ListOutput::summaries>("StackResourceSummaries"),
                 optional<&ListOutput::next_token>("NextToken")},
      .errors = {kValidationError},
      .handle = list,
  });
}

Operation describe_stack_events() {
  return operation<CloudFormation, EventsInput, EventsOutput>({
      .name = "DescribeStackEvents",
      .action = "cloudformation:DescribeStackEvents",
      .input = {optional<&EventsInput::stack_name>("StackName"),
                optional<&EventsInput::next_token>("NextToken", {.min = 1, .max = 1024})},
      .output = {required<&EventsOutput::events>("StackEvents"),
                 optional<&EventsOutput::next_token>("NextToken")},
      .errors = {kValidationError},
      .handle = events,
  });
}

}  // namespace puddle::cloudformation
