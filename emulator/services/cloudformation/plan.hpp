// Plan: a template checked against the resource types and put in order of creation. Pure; errors are AWS's
// texts.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "aws/resource_type.hpp"
#include "base/result.hpp"
#include "languages/intrinsic/evaluate.hpp"
#include "languages/intrinsic/template.hpp"

namespace puddle::cloudformation {

struct PlannedResource {
  std::string logical_id;
  const ResourceType* type = nullptr;
  wire::Value properties;            ///< unresolved
  std::set<std::string> depends_on;  ///< logical ids
  std::string deletion_policy = "Delete";
};

struct Plan {
  intrinsic::Template source;
  std::map<std::string, wire::Value> parameters;  ///< by name, defaults filled in
  std::map<std::string, bool> conditions;
  std::vector<PlannedResource> resources;  ///< in order of creation; false conditions are left out
  bool needs_iam = false, needs_named_iam = false;
  const wire::Value* section(std::string_view name) const { return source.root.find(name); }
};

/// What AWS::AccountId and the like stand for.
struct Pseudo {
  std::string account, region, stack_id, stack_name;
  std::optional<wire::Value> find(std::string_view name) const;
};

/// given: parameter name -> text. known: the resource types there are.
Result<Plan> make_plan(std::string_view template_text, const std::map<std::string, std::string>& given,
                       const Pseudo& pseudo, const std::vector<ResourceType>& known);

}  // namespace puddle::cloudformation
