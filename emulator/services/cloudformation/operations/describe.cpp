// Reading operations over stacks: DescribeStacks, ListStacks, GetTemplate, ValidateTemplate.
#include <algorithm>

#include "base/text.hpp"
#include "services/cloudformation/cloudformation.hpp"
#include "services/cloudformation/operations/factories.hpp"
#include "wire/json.hpp"

namespace puddle::cloudformation {
namespace {

constexpr std::size_t kPage = 100;

/// A page of items; tokens are offsets.
template <class T>
std::pair<std::vector<T>, std::optional<std::string>> page(std::vector<T> all,
                                                           const std::optional<std::string>& token) {
  const auto from =
      static_cast<std::size_t>(std::max<std::int64_t>(0, token ? parse_int(*token).value_or(0) : 0));
  std::vector<T> out;
  for (std::size_t i = from; i < all.size() && out.size() < kPage; ++i) out.push_back(std::move(all[i]));
  std::optional<std::string> next;
  if (from + out.size() < all.size()) next = std::to_string(from + out.size());
  return {std::move(out), std::move(next)};
}

struct DescribeInput {
  std::optional<std::string> stack_name, next_token;
};

struct StackItem {
  std::string id, name, status;
  std::optional<std::string> description, reason;
  Time created;
  std::optional<Time> deleted;
  bool disable_rollback = false, termination_protection = false;
  std::vector<std::string> capabilities, notifications;
  struct Parameter {
    std::string key, value;
    static Shape shape() {
      return {required<&Parameter::key>("ParameterKey"), required<&Parameter::value>("ParameterValue")};
    }
  };
  struct Output {
    std::string key, value;
    std::optional<std::string> description;
    static Shape shape() {
      return {required<&Output::key>("OutputKey"), required<&Output::value>("OutputValue"),
              optional<&Output::description>("Description")};
    }
  };
  struct Tag {
    std::string key, value;
    static Shape shape() { return {required<&Tag::key>("Key"), required<&Tag::value>("Value")}; }
  };
  struct Drift {
    std::string status = "NOT_CHECKED";
    static Shape shape() { return {required<&Drift::status>("StackDriftStatus")}; }
  };
  std::vector<Parameter> parameters;
  std::vector<Output> outputs;
  std::vector<Tag> tags;
  Drift drift;
  static Shape shape() {
    return {required<&StackItem::id>("StackId"),
            required<&StackItem::name>("StackName"),
            optional<&StackItem::description>("Description"),
            optional<&StackItem::parameters>("Parameters"),
            required<&StackItem::created>("CreationTime"),
            optional<&StackItem::deleted>("DeletionTime"),
            required<&StackItem::status>("StackStatus"),
            optional<&StackItem::reason>("StackStatusReason"),
            required<&StackItem::disable_rollback>("DisableRollback"),
            required<&StackItem::notifications>("NotificationARNs"),
            optional<&StackItem::capabilities>("Capabilities"),
            optional<&StackItem::outputs>("Outputs"),
            required<&StackItem::tags>("Tags"),
            required<&StackItem::termination_protection>("EnableTerminationProtection"),
            required<&StackItem::drift>("DriftInformation")};
  }
};

std::optional<std::string> if_any(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

bool no_echo(const std::optional<intrinsic::Template>& source, const std::string& parameter) {
  const Value* section = source ? source->root.find("Parameters") : nullptr;
  const Value* declared = section ? section->find(parameter) : nullptr;
  const Value* flag = declared ? declared->find("NoEcho") : nullptr;
  return flag && ((flag->kind() == Value::Kind::boolean && flag->boolean()) ||
                  (flag->is_text() && flag->text() == "true"));
}

StackItem item_of(const CloudFormation& service, const Stack& s) {
  StackItem item;
  item.id = s.id;
  item.name = s.name;
  item.status = s.status;
  item.reason = if_any(s.reason);
  item.created = s.created;
  if (s.deleted != Time{}) item.deleted = s.deleted;
  item.disable_rollback = s.on_failure == "DO_NOTHING";
  for (const Value& c : s.capabilities.list()) item.capabilities.push_back(c.text());
  std::optional<intrinsic::Template> source;
  if (auto parsed = intrinsic::parse_template(s.template_text)) source = std::move(*parsed);
  if (source) item.description = if_any(std::string(source->root.text_or("Description")));
  if (const auto plan = service.plan(s))
    for (const auto& [name, value] : plan->parameters) {
      std::string text = value.is_text() ? value.text() : std::string();
      if (value.is_list())
        for (const Value& part : value.list()) text += (text.empty() ? "" : ",") + part.text();
      item.parameters.push_back({name, no_echo(source, name) ? "****" : text});
    }
  for (const Value& o : s.outputs.list())
    item.outputs.push_back({std::string(o.text_or("OutputKey")), std::string(o.text_or("OutputValue")),
                            if_any(std::string(o.text_or("Description")))});
  for (const Value& t : s.tags.list())
    item.tags.push_back({std::string(t.text_or("Key")), std::string(t.text_or("Value"))});
  return item;
}

struct StacksOutput {
  std::vector<StackItem> stacks;
  std::optional<std::string> next_token;
};

StacksOutput describe(CloudFormation& service, const Call& call, const DescribeInput& in) {
  std::vector<Stack> found;
  if (in.stack_name) {
    found.push_back(service.require(call, *in.stack_name));
  } else {
    found = service.records.all(call.account, call.region);
    std::erase_if(found, [](const Stack& s) { return s.deleted != Time{}; });
  }
  auto [stacks, next] = page(std::move(found), in.next_token);
  StacksOutput out;
  for (const Stack& s : stacks) out.stacks.push_back(item_of(service, s));
  out.next_token = std::move(next);
  return out;
}

struct ListInput {
  std::vector<std::string> filter;
  std::optional<std::string> next_token;
};

struct Summary {
  std::string id, name, status;
  std::optional<std::string> reason;
  Time created;
  std::optional<Time> deleted;
  StackItem::Drift drift;
  static Shape shape() {
    return {required<&Summary::id>("StackId"),
            required<&Summary::name>("StackName"),
            required<&Summary::created>("CreationTime"),
            optional<&Summary::deleted>("DeletionTime"),
            required<&Summary::status>("StackStatus"),
            optional<&Summary::reason>("StackStatusReason"),
            required<&Summary::drift>("DriftInformation")};
  }
};

struct ListOutput {
  std::vector<Summary> summaries;
  std::optional<std::string> next_token;
};

ListOutput list(CloudFormation& service, const Call& call, const ListInput& in) {
  std::vector<Stack> found = service.records.all(call.account, call.region);
  if (!in.filter.empty())
    std::erase_if(found, [&](const Stack& s) {
      return std::find(in.filter.begin(), in.filter.end(), s.status) == in.filter.end();
    });
  auto [stacks, next] = page(std::move(found), in.next_token);
  ListOutput out;
  for (const Stack& s : stacks) {
    Summary item;
    item.id = s.id;
    item.name = s.name;
    item.status = s.status;
    item.reason = if_any(s.reason);
    item.created = s.created;
    if (s.deleted != Time{}) item.deleted = s.deleted;
    out.summaries.push_back(std::move(item));
  }
  out.next_token = std::move(next);
  return out;
}

struct TemplateInput {
  std::optional<std::string> stack_name, stage;
};

struct TemplateOutput {
  std::string body;
  std::vector<std::string> stages{"Original", "Processed"};
};

TemplateOutput get(CloudFormation& service, const Call& call, const TemplateInput& in) {
  if (!in.stack_name) throw kValidationError("StackName is required");
  TemplateOutput out;
  out.body = service.require(call, *in.stack_name).template_text;
  return out;
}

struct ValidateInput {
  std::optional<std::string> body;
};

struct DeclaredParameter {
  std::string key;
  std::optional<std::string> fallback, description;
  bool no_echo = false;
  static Shape shape() {
    return {required<&DeclaredParameter::key>("ParameterKey"),
            optional<&DeclaredParameter::fallback>("DefaultValue"),
            required<&DeclaredParameter::no_echo>("NoEcho"),
            optional<&DeclaredParameter::description>("Description")};
  }
};

struct ValidateOutput {
  std::vector<DeclaredParameter> parameters;
  std::optional<std::string> description;
};

ValidateOutput validate(CloudFormation&, const Call&, const ValidateInput& in) {
  if (!in.body) throw kValidationError("Either Template URL or Template Body must be specified.");
  auto parsed = intrinsic::parse_template(*in.body);
  if (!parsed) throw kValidationError("Template format error: " + parsed.error().message);
  if (!parsed->root.find("Resources"))
    throw kValidationError("Template format error: At least one Resources member must be defined.");
  ValidateOutput out;
  out.description = if_any(std::string(parsed->root.text_or("Description")));
  if (const Value* section = parsed->root.find("Parameters"); section && section->is_map())
    for (const auto& [name, declared] : section->map()) {
      DeclaredParameter p;
      p.key = name;
      if (const Value* d = declared.find("Default"))
        p.fallback = d->is_text() ? d->text() : wire::to_json(*d);
      p.description = if_any(std::string(declared.text_or("Description")));
      out.parameters.push_back(std::move(p));
    }
  return out;
}

}  // namespace

Operation describe_stacks() {
  return operation<CloudFormation, DescribeInput, StacksOutput>({
      .name = "DescribeStacks",
      .action = "cloudformation:DescribeStacks",
      .input = {optional<&DescribeInput::stack_name>("StackName"),
                optional<&DescribeInput::next_token>("NextToken", {.min = 1, .max = 1024})},
      .output = {required<&StacksOutput::stacks>("Stacks"), optional<&StacksOutput::next_token>("NextToken")},
      .errors = {kValidationError},
      .handle = describe,
  });
}

Operation list_stacks() {
  return operation<CloudFormation, ListInput, ListOutput>({
      .name = "ListStacks",
      .action = "cloudformation:ListStacks",
      .input = {optional<&ListInput::next_token>("NextToken", {.min = 1, .max = 1024}),
                optional<&ListInput::filter>("StackStatusFilter")},
      .output = {required<&ListOutput::summaries>("StackSummaries"),
                 optional<&ListOutput::next_token>("NextToken")},
      .errors = {kValidationError},
      .handle = list,
  });
}

Operation get_template() {
  return operation<CloudFormation, TemplateInput, TemplateOutput>({
      .name = "GetTemplate",
      .action = "cloudformation:GetTemplate",
      .input = {optional<&TemplateInput::stack_name>("StackName"),
                optional<&TemplateInput::stage>("TemplateStage", {.one_of = {"Original", "Processed"}})},
      .output = {required<&TemplateOutput::body>("TemplateBody"),
                 required<&TemplateOutput::stages>("StagesAvailable")},
      .errors = {kValidationError},
      .handle = get,
  });
}

Operation validate_template() {
  return operation<CloudFormation, ValidateInput, ValidateOutput>({
      .name = "ValidateTemplate",
      .action = "cloudformation:ValidateTemplate",
      .input = {optional<&ValidateInput::body>("TemplateBody", {.min = 1})},
      .output = {required<&ValidateOutput::parameters>("Parameters"),
                 optional<&ValidateOutput::description>("Description")},
      .errors = {kValidationError},
      .handle = validate,
  });
}

}  // namespace puddle::cloudformation
