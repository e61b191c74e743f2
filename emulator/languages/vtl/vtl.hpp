// VTL: the mapping template language of API Gateway: Velocity 1.7 as the gateway runs it (unresolved
// references print nothing and count as true, no macros). Text in, text out. Stateless but for the parsed
// template, which is immutable and may be shared; any thread. Fails as a Result: bad syntax in parse(), a
// bound or an impossible call in render().
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::vtl {

struct Limits {
  std::size_t template_bytes = 300 * 1024;      ///< AWS's quota
  std::size_t depth = 60;                       ///< of nested directives, parentheses, values and strings
  std::size_t iterations = 1000;                ///< of one #foreach; further ones are left out, as AWS does
  std::size_t steps = 1'000'000;                ///< evaluations of one rendering
  std::size_t bytes = 64 * 1024 * 1024;         ///< of all texts made by one rendering
  std::size_t output_bytes = 10 * 1024 * 1024;  ///< AWS's payload quota
};

struct Block;  // ast.hpp

class Template {
 public:
  static Result<Template> parse(std::string_view text, const Limits& limits = {});
  const Block& root() const { return *root_; }

 private:
  explicit Template(std::shared_ptr<const Block> root) : root_(std::move(root)) {}
  std::shared_ptr<const Block> root_;
};

/// What a template can refer to. Views and references live until render() returns.
struct Inputs {
  std::string_view body;  ///< $input.body; an empty one is "{}", as the gateway shows it
  /// {"path": {...}, "querystring": {...}, "header": {...}}, for $input.params; asked for once, when needed.
  std::function<wire::Map()> params;
  std::function<wire::Map()> context;          ///< $context; likewise
  std::function<wire::Map()> stage_variables;  ///< $stageVariables; likewise
  /// {"requestOverride": ..., "responseOverride": ...}: read and, when a template set them, replaced. May be
  /// null.
  wire::Map* overrides = nullptr;
};

Result<std::string> render(const Template& source, const Inputs& inputs, const Limits& limits = {});

}  // namespace puddle::vtl
