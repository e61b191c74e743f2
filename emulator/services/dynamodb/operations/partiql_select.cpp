// SELECT as reads of key ranges: one for each partition that WHERE names, or all of the table or index.
#include <algorithm>

#include "services/dynamodb/operations/partiql.hpp"
#include "services/dynamodb/operations/reading.hpp"

namespace puddle::dynamodb {
namespace {

using expression::KeyTest;
using expression::Op;
using partiql::Bound;
using partiql::Node;
using partiql::Statement;

const Index* index_of(const Table& table, const Statement& statement, bool consistent) {
  if (!statement.index) return nullptr;
  const Index* found = table.find_index(*statement.index);
  if (!found) throw ItemError{"The table does not have the specified index"};
  check_single_keys(*found);
  if (found->global && consistent)
    throw ItemError{"Strongly consistent read is not supported on Global Secondary Indexes"};
  ReadInput in;
  in.index = statement.index;
  return index_of(table, in);
}

/// A global index answers only what it projects.
void check_projected(const Statement& statement, const Index& index) {
  if (!index.global || index.projection.kind == Projection::Kind::all) return;
  std::string missing;
  for (const partiql::Path& path : statement.projection)
    if (!index.projection.has(path.front().name))
      missing += (missing.empty() ? "" : ", ") + path.front().name;
  if (!missing.empty())
    throw ItemError{"One or more parameter values were invalid: Global secondary index " + index.name +
                    " does not project [" + missing + "]"};
}

/// A test of one attribute against constants, as a key condition; nothing when it is of another form.
std::optional<KeyCondition> key_test(const Node& node, const expression::Binding& binding) {
  static constexpr std::pair<Op, KeyTest::Op> kOps[] = {{Op::eq, KeyTest::Op::eq},
                                                        {Op::lt, KeyTest::Op::lt},
                                                        {Op::le, KeyTest::Op::le},
                                                        {Op::gt, KeyTest::Op::gt},
                                                        {Op::ge, KeyTest::Op::ge},
                                                        {Op::between, KeyTest::Op::between},
                                                        {Op::begins_with, KeyTest::Op::begins_with}};
  static constexpr std::pair<KeyTest::Op, KeyTest::Op> kFlipped[] = {{KeyTest::Op::lt, KeyTest::Op::gt},
                                                                     {KeyTest::Op::le, KeyTest::Op::ge},
                                                                     {KeyTest::Op::gt, KeyTest::Op::lt},
                                                                     {KeyTest::Op::ge, KeyTest::Op::le}};
  const auto op =
      std::find_if(std::begin(kOps), std::end(kOps), [&](const auto& o) { return o.first == node.op; });
  if (op == std::end(kOps)) return std::nullopt;
  KeyCondition out;
  out.op = op->second;
  const bool first = node.args[0].op == Op::path;
  const Node& path = node.args[first ? 0 : 1];
  if (path.op != Op::path || binding.path(path).size() != 1) return std::nullopt;
  if (!first && (node.op == Op::between || node.op == Op::begins_with)) return std::nullopt;
  for (const Node& arg : node.args)
    if (&arg != &path && arg.op != Op::value) return std::nullopt;
  out.attribute = binding.path(path).front().name;
  out.first = &binding.value(node.args[first ? 1 : 0]);
  if (node.args.size() > 2) out.second = &binding.value(node.args[2]);
  if (!first)
    for (const auto& [from, to] : kFlipped)
      if (*out.op == from) {
        out.op = to;
        break;
      }
  return out;
}

/// attribute IN (constants): the constants.
std::vector<const Value*> choices(const Node& node, const expression::Binding& binding,
                                  const std::string& attribute) {
  std::vector<const Value*> out;
  if (node.op != Op::in || node.args[0].op != Op::path) return out;
  const partiql::Path& path = binding.path(node.args[0]);
  if (path.size() != 1 || path.front().name != attribute) return out;
  for (std::size_t i = 1; i < node.args.size(); ++i) {
    if (node.args[i].op != Op::value) return {};
    out.push_back(&binding.value(node.args[i]));
  }
  return out;
}

void intersect(KeyRange& range, const KeyRange& other) {
  range.from = std::max(range.from, other.from);
  if (range.to.empty() || (!other.to.empty() && other.to < range.to)) range.to = other.to;
}

/// Sorts the conditions of WHERE: the partitions, tests of the sort key, and the rest.
class Selection {
 public:
  Selection(const expression::Binding& binding, const std::vector<const Node*>& conditions,
            const KeySchema& keys)
      : binding_(binding), keys_(keys) {
    for (const Node* node : conditions) sort(node);
    if (found() < keys_.hash.size()) {  // a scan
      hash_.clear();
      partitions_.clear();
      tests_.clear();
      others_ = conditions;
    }
  }

  bool any_partition() const { return found() == keys_.hash.size(); }
  bool tests_range() const { return !tests_.empty(); }
  std::vector<const Node*> others() const { return others_; }

  std::vector<KeyRange> ranges() const {
    if (!any_partition()) return {KeyRange{}};
    std::vector<KeyRange> out;
    for (const Value* partition : partitions_.empty() ? std::vector<const Value*>{nullptr} : partitions_) {
      std::vector<KeyCondition> hash = hash_;
      if (partition) hash.push_back({keys_.hash[0].name, KeyTest::Op::eq, partition, nullptr});
      KeyRange range = select_keys(hash, keys_).keys;
      for (const KeyCondition& test : tests_) {
        std::vector<KeyCondition> all = hash;
        all.push_back(test);
        intersect(range, select_keys(all, keys_).keys);
      }
      if (range.to.empty() || range.from < range.to) out.push_back(std::move(range));
    }
    return out;
  }

 private:
  std::size_t found() const { return hash_.size() + (partitions_.empty() ? 0 : 1); }

  bool is_hash(const std::string& attribute) const {
    return std::any_of(keys_.hash.begin(), keys_.hash.end(),
                       [&](const auto& a) { return a.name == attribute; });
  }

  void sort(const Node* node) {
    const auto test = key_test(*node, binding_);
    if (test && is_hash(test->attribute) && *test->op == KeyTest::Op::eq && !has(test->attribute)) {
      hash_.push_back(*test);
      return;
    }
    // Of a key of several range attributes only the first is looked at here; the others filter.
    if (test && keys_.has_range() && test->attribute == keys_.range[0].name) {
      tests_.push_back(*test);
      return;
    }
    if (keys_.hash.size() == 1 && found() == 0) {
      partitions_ = choices(*node, binding_, keys_.hash[0].name);
      if (!partitions_.empty()) return;
    }
    others_.push_back(node);
  }

  bool has(const std::string& attribute) const {
    return !partitions_.empty() || std::any_of(hash_.begin(), hash_.end(), [&](const KeyCondition& c) {
      return c.attribute == attribute;
    });
  }

  const expression::Binding& binding_;
  const KeySchema& keys_;
  std::vector<KeyCondition> hash_, tests_;
  std::vector<const Value*> partitions_;
  std::vector<const Node*> others_;
};

bool names(const Node& node, const expression::Binding& binding, const std::string& attribute) {
  if (node.op == Op::path) return binding.path(node).front().name == attribute;
  return std::any_of(node.args.begin(), node.args.end(),
                     [&](const Node& arg) { return names(arg, binding, attribute); });
}

/// Branches of an OR that read the same keys are refused when one of them tests the sort key, unless the
/// other tests it by <> or NOT.
class Branches {
 public:
  Branches(const Bound& bound, const KeySchema& keys) : binding_(*bound.binding()), keys_(keys) {
    const Node* where = bound.statement().where ? &*bound.statement().where : nullptr;
    if (where && where->op == Op::logical_or && keys.has_range()) add(*where);
  }

  void check() const {
    for (std::size_t i = 0; i < branches_.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if ((branches_[i].tests_range || branches_[k].tests_range) &&
            overlap(branches_[i].ranges, branches_[k].ranges))
          throw ItemError{"Overlapping conditions with range keys are not supported in where clause"};
  }

 private:
  struct Branch {
    std::vector<KeyRange> ranges;
    bool tests_range = false;
  };

  void add(const Node& node) {
    if (node.op == Op::logical_or) {
      for (const Node& arg : node.args) add(arg);
      return;
    }
    std::vector<const Node*> conditions;
    partiql::flatten(node, conditions);
    const auto excludes = [&](const Node* c) {
      return (c->op == Op::ne || c->op == Op::logical_not) && names(*c, binding_, keys_.range[0].name);
    };
    if (std::any_of(conditions.begin(), conditions.end(), excludes)) return;
    const Selection selection(binding_, conditions, keys_);
    if (selection.any_partition()) branches_.push_back({selection.ranges(), selection.tests_range()});
  }

  static bool overlap(const std::vector<KeyRange>& a, const std::vector<KeyRange>& b) {
    const auto begins_before = [](const KeyRange& x, const KeyRange& y) {
      return y.to.empty() || x.from < y.to;
    };
    for (const KeyRange& one : a)
      for (const KeyRange& other : b)
        if (begins_before(one, other) && begins_before(other, one)) return true;
    return false;
  }

  const expression::Binding& binding_;
  const KeySchema& keys_;
  std::vector<Branch> branches_;
};

/// The direction that ORDER BY asks for.
bool is_forward(const Statement& statement, const Selection& selection, const KeySchema& keys) {
  if (statement.order.empty()) return true;
  if (!statement.where)
    throw ItemError{"Must have WHERE clause in the statement when using ORDER BY clause."};
  if (!selection.any_partition())
    throw ItemError{
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."};
  bool forward = true;
  for (const partiql::Order& order : statement.order) {
    if (!keys.find(order.attribute))
      throw ItemError{"Variable reference " + order.attribute +
                      " in ORDER BY clause must be part of the primary key"};
    if (keys.has_range() && order.attribute == keys.range[0].name) forward = !order.descending;
  }
  return forward;
}

/// Of a local index: whole items are fetched when something else than what is projected is named.
bool needs_items(const Bound& bound, const Index& index) {
  const auto lacks = [&](const partiql::Path& path) { return !index.projection.has(path.front().name); };
  const Statement& s = bound.statement();
  return !index.global && index.projection.kind != Projection::Kind::all &&
         (std::any_of(s.projection.begin(), s.projection.end(), lacks) ||
          std::any_of(s.paths.begin(), s.paths.end(), lacks));
}

}  // namespace

Select select_of(const Bound& bound, const Table& table, bool consistent) {
  const Statement& statement = bound.statement();
  Select out;
  out.read.table = &table;
  out.read.index = index_of(table, statement, consistent);
  if (out.read.index) check_projected(statement, *out.read.index);
  const KeySchema& keys = out.read.index ? out.read.index->keys : table.keys;
  Branches(bound, keys).check();
  const Selection selection(*bound.binding(), bound.conditions(), keys);
  out.read.forward = is_forward(statement, selection, keys);
  out.ranges = selection.ranges();
  if (!selection.others().empty()) out.read.filter = bound.test(selection.others());
  if (!statement.projection.empty())
    out.read.view = [paths = statement.projection](const wire::Map& item) {
      return partiql::select(item, paths);
    };
  if (out.read.index && needs_items(bound, *out.read.index)) {
    out.read.fetch = true;
    if (!out.read.view)
      out.read.view = [attributes = out.read.index->projection.attributes](const wire::Map& item) {
        wire::Map projected;
        for (const std::string& name : attributes)
          if (const Value* value = item.find(name)) projected.add(name, *value);
        return projected;
      };
  }
  return out;
}

}  // namespace puddle::dynamodb
