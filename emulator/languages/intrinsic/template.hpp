// Template text (YAML with CloudFormation's short tags, or JSON) -> Value, with the line of every member for
// messages. Pure; yaml-cpp is known to template.cpp alone. Bounded in text, nesting and nodes.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::intrinsic {

struct Template {
  wire::Value root;                  ///< a map
  std::map<std::string, int> lines;  ///< "Resources/Queue/Properties/QueueName" -> line, from 1
  /// Line of the path or of its nearest parent that has one; 0 when unknown.
  int line(std::string_view path) const;
};

struct ParseFailure {
  std::string message;
  int line = 0;  ///< from 1; 0 when unknown
  explicit ParseFailure(std::string m, int at = 0) : message(std::move(m)), line(at) {}
};

/// "!GetAtt A.B" becomes {"Fn::GetAtt": ["A", "B"]}, "!Ref X" {"Ref": "X"}, as in the long form.
Result<Template, ParseFailure> parse_template(std::string_view text);

}  // namespace puddle::intrinsic
