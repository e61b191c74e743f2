#include "services/cloudformation/plan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace puddle::cloudformation {
namespace {

using wire::Value;

constexpr std::size_t kMaxResources = 500;

struct Wrong {  // leaves the planning; caught in make_plan()
  std::string message;
};

std::string plain_text(const Value& v) { return v.is_text() ? v.text() : wire::to_json(v); }

Value typed(const Value& declaration, const std::string& text) {
  const std::string_view type = declaration.text_or("Type", "String");
  if (type != "CommaDelimitedList" && !type.starts_with("List<")) return Value(text);
  wire::List out;
  for (const std::string_view item : split(text, ',')) out.emplace_back(trim(item));
  return Value(std::move(out));
}

void check_parameter(const std::string& name, const Value& declaration, const std::string& text) {
  if (declaration.text_or("Type") == "Number" && !parse_double(text))
    throw Wrong{"Parameter '" + name + "' must be a number."};
  const Value* allowed = declaration.find("AllowedValues");
  if (!allowed || !allowed->is_list()) return;
  const auto& list = allowed->list();
  if (std::none_of(list.begin(), list.end(), [&](const Value& v) { return plain_text(v) == text; }))
    throw Wrong{"Parameter '" + name + "' must be one of AllowedValues"};
}

void fill_parameters(Plan& plan, const std::map<std::string, std::string>& given) {
  std::vector<std::string> missing, unknown;
  const Value* declared = plan.section("Parameters");
  if (declared && declared->is_map()) {
    for (const auto& [name, declaration] : declared->map()) {
      const auto it = given.find(name);
      const Value* fallback = declaration.find("Default");
      if (it == given.end() && !fallback) {
        missing.push_back(name);
        continue;
      }
      const std::string text = it != given.end() ? it->second : plain_text(*fallback);
      check_parameter(name, declaration, text);
      plan.parameters[name] = typed(declaration, text);
    }
  }
  for (const auto& [name, text] : given)
    if (!declared || !declared->find(name)) unknown.push_back(name);
  if (!missing.empty()) throw Wrong{"Parameters: [" + join(missing, ", ") + "] must have values"};
  if (!unknown.empty()) throw Wrong{"Parameters: [" + join(unknown, ", ") + "] do not exist in the template"};
}

void decide_conditions(Plan& plan, const Pseudo& pseudo) {
  const Value* section = plan.section("Conditions");
  if (!section || !section->is_map()) return;
  std::set<std::string> open;  // being decided: a circle is an error
  intrinsic::Scope scope;
  scope.mappings = plan.section("Mappings");
  scope.ref = [&](std::string_view name) -> std::optional<Value> {
    if (auto found = pseudo.find(name)) return found;
    const auto it = plan.parameters.find(std::string(name));
    return it == plan.parameters.end() ? std::nullopt : std::optional(it->second);
  };
  const std::function<std::optional<bool>(std::string_view)> decide =
      [&](std::string_view name) -> std::optional<bool> {
    const std::string key(name);
    if (const auto it = plan.conditions.find(key); it != plan.conditions.end()) return it->second;
    const Value* expression = section->find(name);
    if (!expression || !open.insert(key).second) return std::nullopt;
    const auto holds = intrinsic::evaluate_condition(*expression, scope);
    if (!holds) throw Wrong{holds.error().message};
    plan.conditions[key] = *holds;
    return *holds;
  };
  scope.condition = decide;
  for (const auto& [name, expression] : section->map())
    if (!decide(name)) throw Wrong{"Template error: unresolved condition dependency " + name};
}

std::string at_line(const Plan& plan, const std::string& path) {
  const int line = plan.source.line(path);
  return line ? " (template line " + std::to_string(line) + ")" : std::string();
}

const ResourceType& type_of(const Plan& plan, const std::string& id, const Value& body,
                            const std::vector<ResourceType>& known) {
  const std::string_view name = body.text_or("Type");
  if (name.empty())
    throw Wrong{"Template format error: [/Resources/" + id +
                "] Every Resources object must contain a Type member."};
  const auto it =
      std::find_if(known.begin(), known.end(), [&](const ResourceType& t) { return t.name == name; });
  if (it == known.end())
    throw Wrong{"Template format error: Unrecognized resource types: [" + std::string(name) + "]" +
                at_line(plan, "Resources/" + id + "/Type")};
  return *it;
}

PlannedResource plan_resource(const Plan& plan, const std::string& id, const Value& body,
                              const std::vector<ResourceType>& known) {
  PlannedResource r;
  r.logical_id = id;
  r.type = &type_of(plan, id, body, known);
  r.deletion_policy = body.text_or("DeletionPolicy", "Delete");
  if (r.deletion_policy != "Delete" && r.deletion_policy != "Retain")
    throw Wrong{"Template error: DeletionPolicy " + r.deletion_policy + " of " + id + " is not supported"};
  for (const auto& [name, member] : body.map()) {
    static constexpr std::string_view kHonoured[] = {
        "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "Metadata", "UpdateReplacePolicy"};
    if (std::find(std::begin(kHonoured), std::end(kHonoured), name) == std::end(kHonoured))
      throw Wrong{"Invalid template resource property '" + name + "'" +
                  at_line(plan, "Resources/" + id + "/" + name)};
  }
  if (const Value* properties = body.find("Properties")) r.properties = *properties;
  if (!r.properties.is_map()) r.properties = wire::Map();
  for (const auto& [name, member] : r.properties.map())
    if (std::find(r.type->properties.begin(), r.type->properties.end(), name) == r.type->properties.end())
      throw Wrong{"Encountered unsupported property " + name + " of " + r.type->name + " " + id +
                  at_line(plan, "Resources/" + id + "/Properties/" + name)};
  for (const std::string_view name : r.type->required)
    if (!r.properties.find(name))
      throw Wrong{"Properties validation failed for resource " + id + " with message: #: required key [" +
                  std::string(name) + "] not found" + at_line(plan, "Resources/" + id)};
  if (const Value* depends = body.find("DependsOn")) {
    if (depends->is_text()) r.depends_on.insert(depends->text());
    if (depends->is_list())
      for (const Value& d : depends->list())
        if (d.is_text()) r.depends_on.insert(d.text());
  }
  return r;
}

/// Order of creation: as written, each after what it needs.
void order(std::vector<PlannedResource>& resources) {
  std::vector<PlannedResource> out;
  std::set<std::string> done;
  while (!resources.empty()) {
    const auto ready = std::find_if(resources.begin(), resources.end(), [&](const PlannedResource& r) {
      return std::includes(done.begin(), done.end(), r.depends_on.begin(), r.depends_on.end());
    });
    if (ready == resources.end()) {
      std::vector<std::string> names;
      for (const PlannedResource& r : resources) names.push_back(r.logical_id);
      throw Wrong{"Circular dependency between resources: [" + join(names, ", ") + "]"};
    }
    done.insert(ready->logical_id);
    out.push_back(std::move(*ready));
    resources.erase(ready);
  }
  resources = std::move(out);
}

void plan_resources(Plan& plan, const Pseudo& pseudo, const std::vector<ResourceType>& known) {
  const Value* section = plan.section("Resources");
  if (!section || !section->is_map() || section->map().empty())
    throw Wrong{"Template format error: At least one Resources member must be defined."};
  if (section->map().size() > kMaxResources)
    throw Wrong{"Template format error: Number of resources, " + std::to_string(section->map().size()) +
                ", is greater than maximum allowed, 500"};
  std::set<std::string> ids, left_out;
  for (const auto& [id, body] : section->map()) {
    if (!body.is_map())
      throw Wrong{"Template format error: [/Resources/" + id + "] resource definition is malformed"};
    if (id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") !=
        std::string::npos)
      throw Wrong{"Template format error: Resource name " + id + " is non alphanumeric."};
    const std::string_view condition = body.text_or("Condition");
    if (!condition.empty()) {
      const auto it = plan.conditions.find(std::string(condition));
      if (it == plan.conditions.end())
        throw Wrong{"Template format error: Unresolved condition dependency " + std::string(condition) +
                    " in the Resources block"};
      if (!it->second) {
        left_out.insert(id);
        continue;
      }
    }
    ids.insert(id);
    plan.resources.push_back(plan_resource(plan, id, body, known));
  }
  for (PlannedResource& r : plan.resources) {
    std::set<std::string> names = r.depends_on;
    intrinsic::collect_references(r.properties, names);
    r.depends_on.clear();
    for (const std::string& name : names) {
      if (ids.contains(name))
        r.depends_on.insert(name);
      else if (!left_out.contains(name) && !plan.parameters.contains(name) && !pseudo.find(name) &&
               name != "AWS::NoValue")
        throw Wrong{"Template format error: Unresolved resource dependencies [" + name +
                    "] in the Resources block of the template"};
    }
    if (r.type->name.starts_with("AWS::IAM::")) {
      plan.needs_iam = true;
      for (const std::string_view named : {"RoleName", "ManagedPolicyName", "UserName", "GroupName"})
        if (r.properties.find(named)) plan.needs_named_iam = true;
    }
  }
  order(plan.resources);
}

void check_sections(const Plan& plan) {
  static constexpr std::string_view kKnown[] = {"AWSTemplateFormatVersion",
                                                "Description",
                                                "Metadata",
                                                "Parameters",
                                                "Mappings",
                                                "Conditions",
                                                "Resources",
                                                "Outputs"};
  for (const auto& [name, value] : plan.source.root.map())
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown))
      throw Wrong{"Invalid template property or properties [" + name + "]" + at_line(plan, name)};
}

}  // namespace

std::optional<Value> Pseudo::find(std::string_view name) const {
  if (name == "AWS::AccountId") return account;
  if (name == "AWS::Region") return region;
  if (name == "AWS::Partition") return "aws";
  if (name == "AWS::URLSuffix") return "amazonaws.com";
  if (name == "AWS::StackId") return stack_id;
  if (name == "AWS::StackName") return stack_name;
  if (name == "AWS::NotificationARNs") return Value(wire::List());
  return std::nullopt;
}

Result<Plan> make_plan(std::string_view template_text, const std::map<std::string, std::string>& given,
                       const Pseudo& pseudo, const std::vector<ResourceType>& known) {
  auto parsed = intrinsic::parse_template(template_text);
  if (!parsed) {
    const auto& e = parsed.error();
    return Failure("Template format error: " + e.message +
                   (e.line ? " (line " + std::to_string(e.line) + ")" : ""));
  }
  Plan plan;
  plan.source = std::move(*parsed);
  try {
    check_sections(plan);
    fill_parameters(plan, given);
    decide_conditions(plan, pseudo);
    plan_resources(plan, pseudo, known);
  } catch (const Wrong& wrong) {
    return Failure(wrong.message);
  }
  return plan;
}

}  // namespace puddle::cloudformation
