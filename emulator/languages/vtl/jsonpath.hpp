// JsonPath: the part of Jayway's JSONPath that templates use: $.a.b, ['a'], ["a"], [0], [-1], [1:3], [*], .*,
// ..a, [0,2], ['a','b'] and [?(@.a == 1)]. Stateless, any thread. A path that is not of this form is a
// Failure.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::vtl {

class JsonPath {
 public:
  static Result<JsonPath> parse(std::string_view text);
  /// What the path selects: one value for a definite path; a list for an indefinite one. Null pointer:
  /// nothing there.
  struct Selection {
    const wire::Value* one = nullptr;
    bool is_list = false;
    std::vector<const wire::Value*> all;
  };
  Selection select(const wire::Value& root) const;
  bool definite() const { return definite_; }

 private:
  struct Step {
    enum class Kind { names, indexes, slice, all, descend, filter } kind = Kind::names;
    std::vector<std::string> names;
    std::vector<std::int64_t> indexes;
    bool has_from = false, has_to = false;
    std::int64_t from = 0, to = 0;
    std::vector<std::string> operand;  // filter: names behind @
    std::string op;                    // filter: empty for "exists"
    wire::Value literal;
  };
  friend class PathReader;
  static void apply(const Step& step, const std::vector<const wire::Value*>& in,
                    std::vector<const wire::Value*>& out);
  static bool accepts(const Step& step, const wire::Value& value);
  std::vector<Step> steps_;
  bool definite_ = true;
};

/// The selected value as a Value of its own; nothing there: null. found tells the two apart.
wire::Value value_at(const wire::Value& root, const JsonPath& path, bool* found = nullptr);

}  // namespace puddle::vtl
