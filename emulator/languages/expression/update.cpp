// Updates bound to a request: the checks of paths and operands, then their effect on an item.
#include <algorithm>
#include <optional>

#include "languages/expression/attribute.hpp"
#include "languages/expression/binding.hpp"
#include "languages/expression/expression.hpp"
#include "languages/expression/number.hpp"

namespace puddle::expression {
namespace {

using wire::List;
using wire::Map;
using wire::Value;
using Section = Action::Section;

constexpr const char* kPrefix = "Invalid UpdateExpression: ";
constexpr int kMaxLevels = 32;

struct TypeName {
  std::string_view type, name;
};
constexpr TypeName kScalarNames[] = {{"S", "STRING"},     {"N", "NUMBER"}, {"B", "BINARY"}, {"NULL", "NULL"},
                                     {"BOOL", "BOOLEAN"}, {"L", "LIST"},   {"M", "MAP"}};

[[noreturn]] void wrong(std::string problem) { throw Error{kPrefix + std::move(problem)}; }

bool is_set_type(const std::string& type) { return type == "SS" || type == "NS" || type == "BS"; }

/// ADD takes numbers and sets, DELETE sets.
void check_operand(Section section, const Value& value) {
  const std::string& type = type_of(value);
  if (is_set_type(type) || (section == Section::add && type == "N")) return;
  const auto name = std::find_if(std::begin(kScalarNames), std::end(kScalarNames),
                                 [&](const TypeName& t) { return t.type == type; });
  wrong("Incorrect operand type for operator or function; operator: " +
        std::string(section == Section::add ? "ADD" : "DELETE") +
        ", operand type: " + std::string(name->name));
}

void check_value(const Node& node, const Binding& binding) {
  for (const Node& arg : node.args) check_value(arg, binding);
  if (node.op == Op::path || node.op == Op::value) return;
  const std::string name(name_of(node.op));
  if (node.args.size() != 2)
    wrong("Incorrect number of operands for operator or function; operator or function: " + name +
          ", number of operands: " + std::to_string(node.args.size()));
  if (node.op == Op::if_not_exists) {
    if (node.args[0].op != Op::path)
      wrong("Operator or function requires a document path; operator or function: " + name);
    return;
  }
  const char* const needed = node.op == Op::list_append ? "L" : "N";
  for (const Node& arg : node.args) {
    if (arg.op != Op::value || type_of(binding.value(arg)) == needed) continue;
    wrong("Incorrect operand type for operator or function; operator or function: " + name +
          ", operand type: " + type_of(binding.value(arg)));
  }
}

int depth_of(const Value& value) {
  const Value& content = content_of(value);
  const std::string& type = type_of(value);
  int deepest = 0;
  if (type == "M")
    for (const auto& entry : content.map()) deepest = std::max(deepest, depth_of(entry.second));
  else if (type == "L")
    for (const Value& member : content.list()) deepest = std::max(deepest, depth_of(member));
  return deepest + 1;
}

[[noreturn]] void invalid_path() {
  throw Error{"The document path provided in the update expression is invalid for update"};
}
[[noreturn]] void wrong_type() {
  throw Error{"An operand in the update expression has an incorrect data type"};
}

Value number_of(const Result<Number>& number) {
  if (!number) throw Error{number.error().message};
  return make("N", Value(to_text(*number)));
}

Number number_in(const Value& value) {
  if (type_of(value) != "N") wrong_type();
  const auto out = parse_number(content_of(value).text());
  return out ? *out : Number{};
}

/// The right-hand sides, which all see the item as it was.
class Sides {
 public:
  Sides(const Binding& binding, const Map& item) : binding_(binding), item_(item) {}

  Value evaluate(const Node& node) const {
    switch (node.op) {
      case Op::value:
        return binding_.value(node);
      case Op::path: {
        const Value* const found = find(item_, binding_.path(node));
        if (!found)
          throw Error{"The provided expression refers to an attribute that does not exist in the item"};
        return *found;
      }
      case Op::if_not_exists: {
        const Value* const found = find(item_, binding_.path(node.args[0]));
        return found ? *found : evaluate(node.args[1]);
      }
      case Op::list_append: {
        Value first = evaluate(node.args[0]), second = evaluate(node.args[1]);
        if (type_of(first) != "L" || type_of(second) != "L") wrong_type();
        List& list = first.map().begin()->second.list();
        for (Value& member : second.map().begin()->second.list()) list.push_back(std::move(member));
        return first;
      }
      default: {
        const Number a = number_in(evaluate(node.args[0])), b = number_in(evaluate(node.args[1]));
        return number_of(node.op == Op::plus ? add(a, b) : subtract(a, b));
      }
    }
  }

  /// What ADD makes of a value.
  Value added(const Value* old, const Value& operand) const {
    if (!old) return operand;
    const std::string& type = type_of(operand);
    if (type != type_of(*old)) wrong_type();
    if (type == "N") return number_of(add(number_in(*old), number_in(operand)));
    return make(type, Value(set_union(type, content_of(*old).list(), content_of(operand).list())));
  }

  /// What DELETE leaves of a set; nothing when it is empty.
  std::optional<Value> reduced(const Value& old, const Value& operand) const {
    const std::string& type = type_of(operand);
    if (type != type_of(old)) wrong_type();
    List left = set_difference(type, content_of(old).list(), content_of(operand).list());
    if (left.empty()) return std::nullopt;
    return make(type, Value(std::move(left)));
  }

 private:
  const Binding& binding_;
  const Map& item_;
};

/// Writes and removals of one update. Writes into what is there come first, then appended elements in the
/// order of their indexes, then removals from the back: so all indexes mean the original positions.
class Effects {
 public:
  void write(const Path& path, Value value) { writes_.push_back({&path, std::move(value)}); }
  void remove(const Path& path) { removals_.push_back(&path); }

  void apply(Map& item, bool was_there) {
    std::vector<std::pair<const Path*, Value>> appended;
    for (auto& [path, value] : writes_) {
      if (static_cast<int>(path->size()) - 1 + depth_of(value) > kMaxLevels)
        throw Error{
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
            "supported limit"};
      if (!put(item, *path, value)) appended.emplace_back(path, std::move(value));
    }
    std::sort(appended.begin(), appended.end(),
              [](const auto& a, const auto& b) { return a.first->back().index < b.first->back().index; });
    for (auto& [path, value] : appended) parent_list(item, *path).push_back(std::move(value));
    std::sort(removals_.begin(), removals_.end(), [](const Path* a, const Path* b) {
      return std::lexicographical_compare(b->begin(), b->end(), a->begin(), a->end(),
                                          [](const Step& x, const Step& y) { return x.index < y.index; });
    });
    for (const Path* path : removals_) {
      if (was_there) parent_of(item, *path);
      erase(item, *path);
    }
  }

 private:
  /// The value that holds the path's last step; nullptr for an attribute. Throws when there is none.
  static Value* parent_of(Map& item, const Path& path) {
    if (path.size() == 1) return nullptr;
    const Path above(path.begin(), path.end() - 1);
    // The item is not const here.
    Value* const parent = const_cast<Value*>(find(item, above));
    if (!parent || type_of(*parent) != (path.back().is_index() ? "L" : "M")) invalid_path();
    return parent;
  }

  static List& parent_list(Map& item, const Path& path) {
    return parent_of(item, path)->map().begin()->second.list();
  }

  /// False when the value goes behind the end of its list.
  static bool put(Map& item, const Path& path, Value& value) {
    const Step& last = path.back();
    Value* const parent = parent_of(item, path);
    if (!last.is_index()) {
      (parent ? parent->map().begin()->second.map() : item)[last.name] = std::move(value);
      return true;
    }
    List& list = parent->map().begin()->second.list();
    if (static_cast<std::size_t>(last.index) >= list.size()) return false;
    list[static_cast<std::size_t>(last.index)] = std::move(value);
    return true;
  }

  static void erase(Map& item, const Path& path) {
    if (!find(item, path)) return;
    const Step& last = path.back();
    Value* const parent = parent_of(item, path);
    if (last.is_index()) {
      List& list = parent->map().begin()->second.list();
      list.erase(list.begin() + last.index);
    } else {
      (parent ? parent->map().begin()->second.map() : item).erase(last.name);
    }
  }

  std::vector<std::pair<const Path*, Value>> writes_;
  std::vector<const Path*> removals_;
};

}  // namespace

Update::Update(std::shared_ptr<const UpdateTree> tree, Placeholders& placeholders) : tree_(std::move(tree)) {
  auto binding = std::make_shared<Binding>();
  for (const NamePath& path : tree_->leaves.paths)
    binding->paths.push_back(resolve(path, placeholders, kPrefix));
  for (const std::string& value : tree_->leaves.values)
    binding->values.push_back(resolve(value, placeholders, kPrefix));
  binding_ = std::move(binding);
  check();
}

Update::Update(std::shared_ptr<const UpdateTree> tree, std::shared_ptr<const Binding> binding)
    : tree_(std::move(tree)), binding_(std::move(binding)) {
  check();
}

void Update::check() {
  paths_.reserve(tree_->actions.size());
  for (const Action& action : tree_->actions) paths_.push_back(binding_->paths[action.path]);
  check_overlaps(paths_, "UpdateExpression");
  for (const Action& action : tree_->actions)
    if (action.section == Section::add || action.section == Section::remove_from_set)
      check_operand(action.section, binding_->value(action.value));
  for (const Action& action : tree_->actions)
    if (action.section == Section::set) check_value(action.value, *binding_);
}

bool Update::creates() const {
  return std::any_of(tree_->actions.begin(), tree_->actions.end(),
                     [](const Action& a) { return a.section == Section::set || a.section == Section::add; });
}

const Value* Update::literal(std::string_view attribute) const {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const Action& action = tree_->actions[i];
    if (paths_[i].size() != 1 || paths_[i].front().name != attribute) continue;
    if ((action.section == Section::set || action.section == Section::add) && action.value.op == Op::value)
      return &binding_->value(action.value);
  }
  return nullptr;
}

bool Update::uses(std::string_view attribute) const {
  return std::any_of(binding_->paths.begin(), binding_->paths.end(),
                     [&](const Path& path) { return path[0].name == attribute; });
}

void Update::apply(Map& item) const {
  const bool was_there = !item.empty();
  Effects effects;
  const Sides sides(*binding_, item);
  for (std::size_t i = 0; i < tree_->actions.size(); ++i) {
    const Action& action = tree_->actions[i];
    const Path& path = paths_[i];
    if (action.section == Section::set) {
      effects.write(path, sides.evaluate(action.value));
      continue;
    }
    if (action.section == Section::remove) {
      effects.remove(path);
      continue;
    }
    const Value* const old = find(item, path);
    const Value& operand = binding_->value(action.value);
    if (action.section == Section::add)
      effects.write(path, sides.added(old, operand));
    else if (!old)
      effects.remove(path);
    else if (auto left = sides.reduced(*old, operand))
      effects.write(path, std::move(*left));
    else
      effects.remove(path);
  }
  effects.apply(item, was_there);
}

}  // namespace puddle::expression
