#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "languages/vtl/renderer.hpp"

namespace puddle::vtl {
namespace {

std::optional<double> number_of(const Object& o) {
  if (const auto* d = std::get_if<double>(&o)) return *d;
  if (const auto* i = std::get_if<std::int64_t>(&o)) return static_cast<double>(*i);
  return std::nullopt;
}

/// Counts a level of recursion for as long as it lives.
struct Level {
  Level(std::size_t& d, std::size_t limit) : depth(d) {
    if (++depth > limit) {
      --depth;
      throw RenderError{"The mapping template is nested too deeply."};
    }
  }
  ~Level() { --depth; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  std::size_t& depth;
};

}  // namespace

Result<std::string> render(const Template& source, const Inputs& inputs, const Limits& limits) {
  try {
    Renderer renderer(inputs, limits);
    return renderer.run(source.root());
  } catch (const RenderError& e) {
    return Failure(e.message);
  }
}

std::string Renderer::run(const Block& root_block) {
  std::string out;
  block(root_block, out);
  if (out.size() > limits_.output_bytes) throw RenderError{"The output is too large."};
  save_overrides();
  return out;
}

std::string Renderer::text(const Object& value) {
  std::string out;
  if (const auto* b = std::get_if<const Block*>(&value))
    block(**b, out);
  else
    print(out, value, limits_.output_bytes);
  heap_.spend(out.size());
  return out;
}

Renderer::Flow Renderer::block(const Block& b, std::string& out) {
  const Level level(depth_, 4 * limits_.depth);
  for (const Statement& s : b.statements) {
    const Flow flow = statement(s, out);
    if (flow != Flow::on) return flow;
  }
  return Flow::on;
}

Renderer::Flow Renderer::statement(const Statement& s, std::string& out) {
  heap_.step();
  if (out.size() > limits_.output_bytes) throw RenderError{"The output is too large."};
  switch (s.kind) {
    case Statement::Kind::text:
      out += s.text;
      break;
    case Statement::Kind::reference:
    case Statement::Kind::escaped:
      print_reference(s, out);
      break;
    case Statement::Kind::set:
      set(s);
      break;
    case Statement::Kind::choose:
      return choose(s, out);
    case Statement::Kind::foreach:
      return loop(s, out);
    case Statement::Kind::define:
      variables_[s.text] = &s.blocks[0];
      break;
    case Statement::Kind::leave_loop:
      return Flow::leave_loop;
    case Statement::Kind::stop:
      return Flow::stop;
  }
  return Flow::on;
}

void Renderer::print_reference(const Statement& s, std::string& out) {
  const Object value = resolve(*s.reference);
  if (s.kind == Statement::Kind::escaped) {
    const bool defined = !is_nothing(value);
    out.append(static_cast<std::size_t>(defined ? s.backslashes / 2 : s.backslashes), '\\');
    if (s.backslashes % 2 == 1) {
      out += s.reference->source;
      return;
    }
  }
  if (const auto* b = std::get_if<const Block*>(&value))
    block(**b, out);
  else
    print(out, value, limits_.output_bytes);
}

void Renderer::set(const Statement& s) {
  Object value = evaluate(*s.expressions[0]);
  const Reference& target = *s.reference;
  if (target.path.empty()) {
    variables_[target.root] = std::move(value);
    return;
  }
  Object owner = root(target.root);
  for (std::size_t i = 0; i + 1 < target.path.size(); ++i) owner = step(owner, target.path[i]);
  assign(owner, target.path.back(), std::move(value));
}

void Renderer::assign(Object& owner, const Access& access, Object value) {
  Object key = access.name;
  if (access.kind == Access::Kind::method) throw RenderError{"#set cannot assign to a method."};
  if (access.kind == Access::Kind::index) key = evaluate(*access.arguments[0]);
  if (auto* const* map = std::get_if<MapObject*>(&owner)) {
    const std::string name = text(key);
    if (Object* slot = (*map)->find(name))
      *slot = std::move(value);
    else
      (*map)->entries.emplace_back(name, std::move(value));
  } else if (auto* const* list = std::get_if<ListObject*>(&owner)) {
    const auto* i = std::get_if<std::int64_t>(&key);
    const auto size = static_cast<std::int64_t>((*list)->items.size());
    if (i && *i >= -size && *i < size)
      (*list)->items[static_cast<std::size_t>(*i < 0 ? *i + size : *i)] = std::move(value);
  }
}

Renderer::Flow Renderer::choose(const Statement& s, std::string& out) {
  for (std::size_t i = 0; i < s.expressions.size(); ++i)
    if (truth(evaluate(*s.expressions[i]))) return block(s.blocks[i], out);
  return s.blocks.size() > s.expressions.size() ? block(s.blocks.back(), out) : Flow::on;
}

Renderer::Flow Renderer::loop(const Statement& s, std::string& out) {
  const Object over = evaluate(*s.expressions[0]);
  std::vector<Object> items;
  if (auto* const* list = std::get_if<ListObject*>(&over))
    items = (*list)->items;
  else if (auto* const* map = std::get_if<MapObject*>(&over))
    for (const auto& [key, value] : (*map)->entries) items.push_back(value);
  if (items.size() > limits_.iterations) items.resize(limits_.iterations);
  heap_.spend(items.size() * sizeof(Object));

  const std::string_view names[] = {s.text, "foreach", "velocityCount", "velocityHasNext"};
  std::optional<Object> saved[4];
  for (std::size_t i = 0; i < 4; ++i)
    if (auto it = variables_.find(names[i]); it != variables_.end()) saved[i] = it->second;
  MapObject* state = heap_.map();
  if (saved[1]) state->entries.emplace_back("parent", *saved[1]);
  Flow flow = Flow::on;
  for (std::size_t i = 0; i < items.size() && flow == Flow::on; ++i) {
    const auto count = static_cast<std::int64_t>(i) + 1;
    const bool more = i + 1 < items.size();
    state->entries.resize(saved[1] ? 1 : 0);
    state->entries.emplace_back("count", count);
    state->entries.emplace_back("index", count - 1);
    state->entries.emplace_back("first", i == 0);
    state->entries.emplace_back("last", !more);
    state->entries.emplace_back("hasNext", more);
    variables_[s.text] = items[i];
    variables_["foreach"] = state;
    variables_["velocityCount"] = count;
    variables_["velocityHasNext"] = more;
    flow = block(s.blocks[0], out);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    variables_.erase(std::string(names[i]));
    if (saved[i]) variables_.emplace(std::string(names[i]), *saved[i]);
  }
  return flow == Flow::stop ? Flow::stop : Flow::on;
}

Object Renderer::evaluate(const Expression& e) {
  using K = Expression::Kind;
  heap_.step();
  const Level level(depth_, 8 * limits_.depth);
  switch (e.kind) {
    case K::integer:
      return e.integer;
    case K::real:
      return e.real;
    case K::boolean:
      return e.integer != 0;
    case K::text:
      heap_.spend(e.text.size());
      return e.text;
    case K::interpolated: {
      std::string out;
      block(*e.block, out);
      heap_.spend(out.size());
      return out;
    }
    case K::reference:
      return resolve(*e.reference);
    case K::list: {
      ListObject* out = heap_.list();
      for (const auto& part : e.parts) out->items.push_back(evaluate(*part));
      return out;
    }
    case K::map: {
      MapObject* out = heap_.map();
      for (std::size_t i = 0; i + 1 < e.parts.size(); i += 2) {
        const std::string key = text(evaluate(*e.parts[i]));
        Object value = evaluate(*e.parts[i + 1]);
        if (Object* slot = out->find(key))
          *slot = std::move(value);
        else
          out->entries.emplace_back(key, std::move(value));
      }
      return out;
    }
    case K::range:
      return range(e);
    case K::negate:
      return !truth(evaluate(*e.parts[0]));
    case K::both:
      return truth(evaluate(*e.parts[0])) && truth(evaluate(*e.parts[1]));
    case K::either:
      return truth(evaluate(*e.parts[0])) || truth(evaluate(*e.parts[1]));
    default:
      break;
  }
  const Object a = evaluate(*e.parts[0]);
  const Object b = evaluate(*e.parts[1]);
  if (e.kind >= K::equal && e.kind <= K::greater_equal) return compare(e.kind, a, b);
  return arithmetic(e.kind, a, b);
}

bool Renderer::compare(Expression::Kind kind, const Object& a, const Object& b) {
  using K = Expression::Kind;
  if (kind == K::equal) return same(a, b, limits_.output_bytes);
  if (kind == K::differs) return !same(a, b, limits_.output_bytes);
  const auto x = number_of(a), y = number_of(b);
  if (!x || !y) return false;
  switch (kind) {
    case K::less:
      return *x < *y;
    case K::less_equal:
      return *x <= *y;
    case K::greater:
      return *x > *y;
    default:
      return *x >= *y;
  }
}

Object Renderer::arithmetic(Expression::Kind kind, const Object& a, const Object& b) {
  using K = Expression::Kind;
  const auto x = number_of(a), y = number_of(b);
  if (!x || !y) {
    const bool texts = std::holds_alternative<std::string>(a) || std::holds_alternative<std::string>(b);
    return kind == K::add && texts ? Object(text(a) + text(b)) : Object(Nothing{});
  }
  const auto* i = std::get_if<std::int64_t>(&a);
  const auto* j = std::get_if<std::int64_t>(&b);
  if (i && j) {
    std::int64_t out = 0;
    const bool minimum = *i == INT64_MIN && *j == -1;
    if ((kind == K::divide || kind == K::modulo) && (*j == 0 || minimum)) return Nothing{};
    if (kind == K::divide) return *i / *j;
    if (kind == K::modulo) return *i % *j;
    const bool overflow = kind == K::add        ? __builtin_add_overflow(*i, *j, &out)
                          : kind == K::subtract ? __builtin_sub_overflow(*i, *j, &out)
                                                : __builtin_mul_overflow(*i, *j, &out);
    if (!overflow) return out;
  }
  switch (kind) {
    case K::add:
      return *x + *y;
    case K::subtract:
      return *x - *y;
    case K::multiply:
      return *x * *y;
    case K::divide:
      return std::fpclassify(*y) == FP_ZERO ? Object(Nothing{}) : Object(*x / *y);
    default:
      return std::fpclassify(*y) == FP_ZERO ? Object(Nothing{}) : Object(std::fmod(*x, *y));
  }
}

Object Renderer::range(const Expression& e) {
  const Object a = evaluate(*e.parts[0]), b = evaluate(*e.parts[1]);
  const auto* from = std::get_if<std::int64_t>(&a);
  const auto* to = std::get_if<std::int64_t>(&b);
  if (!from || !to) return Nothing{};
  ListObject* out = heap_.list();
  const double length = std::fabs(static_cast<double>(*to) - static_cast<double>(*from)) + 1;
  if (length > 100'000) throw RenderError{"A range is too long."};
  heap_.spend(static_cast<std::size_t>(length) * sizeof(Object));
  for (std::int64_t i = *from;; i += *from <= *to ? 1 : -1) {
    out->items.emplace_back(i);
    if (i == *to) break;
  }
  return out;
}

Object Renderer::resolve(const Reference& ref) {
  heap_.step();
  Object value = root(ref.root);
  for (const Access& access : ref.path) value = step(value, access);
  return value;
}

Object Renderer::root(const std::string& name) {
  if (const auto it = variables_.find(name); it != variables_.end()) return it->second;
  if (name == "input") return Builtin::input;
  if (name == "util") return Builtin::util;
  if (name == "context") {
    load_context();
    return *context_;
  }
  if (name == "stageVariables") {
    if (!stage_variables_)
      stage_variables_ =
          heap_.from(wire::Value(inputs_.stage_variables ? inputs_.stage_variables() : wire::Map()));
    return *stage_variables_;
  }
  return Nothing{};
}

Object Renderer::step(const Object& owner, const Access& access) {
  if (is_nothing(owner)) return Nothing{};
  if (access.kind == Access::Kind::property) return property(owner, access.name);
  if (access.kind == Access::Kind::index) return index(owner, evaluate(*access.arguments[0]));
  std::vector<Object> arguments;
  for (const auto& argument : access.arguments) {
    Object value = evaluate(*argument);
    if (std::holds_alternative<const Block*>(value)) value = text(value);
    arguments.push_back(std::move(value));
  }
  return call(owner, access.name, arguments);
}

Object Renderer::property(const Object& owner, std::string_view name) {
  if (auto* const* map = std::get_if<MapObject*>(&owner)) {
    const Object* found = std::as_const(**map).find(name);
    return found ? *found : Object(Nothing{});
  }
  if (const auto* builtin = std::get_if<Builtin>(&owner);
      builtin && *builtin == Builtin::input && name == "body") {
    heap_.spend(inputs_.body.size());
    return body();
  }
  return Nothing{};
}

Object Renderer::index(const Object& owner, const Object& key) {
  if (auto* const* list = std::get_if<ListObject*>(&owner)) {
    const auto* i = std::get_if<std::int64_t>(&key);
    const auto size = static_cast<std::int64_t>((*list)->items.size());
    if (!i || *i < -size || *i >= size) return Nothing{};
    return (*list)->items[static_cast<std::size_t>(*i < 0 ? *i + size : *i)];
  }
  return property(owner, text(key));
}

}  // namespace puddle::vtl
