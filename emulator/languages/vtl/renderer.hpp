// Renderer: runs a parsed template once. Internal to vtl; throws RenderError.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "languages/vtl/ast.hpp"
#include "languages/vtl/object.hpp"
#include "languages/vtl/vtl.hpp"

namespace puddle::vtl {

class Renderer {
 public:
  Renderer(const Inputs& inputs, const Limits& limits)
      : inputs_(inputs), limits_(limits), heap_(limits.steps, limits.bytes) {}
  std::string run(const Block& root);

 private:
  enum class Flow { on, leave_loop, stop };
  Flow block(const Block& block, std::string& out);
  Flow statement(const Statement& s, std::string& out);
  Flow choose(const Statement& s, std::string& out);
  Flow loop(const Statement& s, std::string& out);
  void set(const Statement& s);
  void print_reference(const Statement& s, std::string& out);
  void assign(Object& owner, const Access& access, Object value);

  Object evaluate(const Expression& e);
  Object arithmetic(Expression::Kind kind, const Object& a, const Object& b);
  Object range(const Expression& e);
  bool compare(Expression::Kind kind, const Object& a, const Object& b);
  Object resolve(const Reference& ref);
  Object root(const std::string& name);
  Object step(const Object& owner, const Access& access);
  Object property(const Object& owner, std::string_view name);
  Object index(const Object& owner, const Object& key);
  std::string text(const Object& value);

  // methods.cpp
  Object call(const Object& owner, const std::string& name, std::vector<Object>& arguments);
  Object list_method(ListObject& list, const std::string& name, std::vector<Object>& arguments);
  Object map_method(MapObject& map, const std::string& name, std::vector<Object>& arguments);
  Object number_method(const Object& number, const std::string& name, std::vector<Object>& arguments);
  // strings.cpp
  Object string_method(const std::string& s, const std::string& name, std::vector<Object>& arguments);
  // builtins.cpp
  Object input_method(const std::string& name, std::vector<Object>& arguments);
  Object util_method(const std::string& name, std::vector<Object>& arguments);
  Object input_params(std::vector<Object>& arguments);
  const wire::Value* body_json();
  std::string body() const { return inputs_.body.empty() ? "{}" : std::string(inputs_.body); }
  void load_context();
  void save_overrides();

  const Inputs& inputs_;
  const Limits& limits_;
  Heap heap_;
  std::map<std::string, Object, std::less<>> variables_;
  std::optional<Object> context_, stage_variables_, params_;
  std::optional<wire::Value> body_json_;
  bool body_parsed_ = false;
  std::size_t depth_ = 0;
};

}  // namespace puddle::vtl
