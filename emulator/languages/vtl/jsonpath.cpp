#include "languages/vtl/jsonpath.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.hpp"

namespace puddle::vtl {
namespace {

constexpr std::size_t kMaxSteps = 64;
constexpr std::size_t kMaxSelected = 100'000;

bool name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || (c & 0x80);
}

void children(const wire::Value& v, std::vector<const wire::Value*>& out) {
  if (v.is_map())
    for (const auto& [name, member] : v.map()) out.push_back(&member);
  else if (v.is_list())
    for (const wire::Value& e : v.list()) out.push_back(&e);
}

/// Every value below, itself first. wire::parse_json bounds the depth of what it reads.
void descend(const wire::Value& v, std::vector<const wire::Value*>& out) {
  if (out.size() >= kMaxSelected) return;
  out.push_back(&v);
  std::vector<const wire::Value*> below;
  children(v, below);
  for (const wire::Value* b : below) descend(*b, out);
}

std::optional<double> number_of(const wire::Value& v) {
  if (v.kind() == wire::Value::Kind::integer || v.kind() == wire::Value::Kind::real) return v.real();
  return std::nullopt;
}

}  // namespace

class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  Result<JsonPath> read() {
    JsonPath path;
    if (text_.starts_with('$'))
      ++at_;
    else if (!text_.starts_with('[') && !text_.empty())
      dot_first_ = true;
    while (at_ < text_.size() || dot_first_) {
      if (path.steps_.size() >= kMaxSteps) return Failure("The JSONPath has too many steps.");
      if (!step(path)) return Failure("Invalid JSONPath: " + std::string(text_));
      dot_first_ = false;
    }
    return path;
  }

 private:
  using Step = JsonPath::Step;

  bool step(JsonPath& path) {
    Step s;
    if (dot_first_) return name(path, std::move(s));
    if (text_[at_] == '[') return bracket(path);
    if (text_[at_] != '.') return false;
    ++at_;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      Step down;
      down.kind = Step::Kind::descend;
      path.steps_.push_back(std::move(down));
      path.definite_ = false;
      if (at_ < text_.size() && text_[at_] == '[') return bracket(path);
    }
    if (at_ < text_.size() && text_[at_] == '*') {
      ++at_;
      s.kind = Step::Kind::all;
      path.definite_ = false;
      path.steps_.push_back(std::move(s));
      return true;
    }
    return name(path, std::move(s));
  }

  bool name(JsonPath& path, Step s) {
    const std::size_t start = at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    if (start == at_) return false;
    s.names.emplace_back(text_.substr(start, at_ - start));
    path.steps_.push_back(std::move(s));
    return true;
  }

  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<std::string> quoted() {
    blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
    const char quote = text_[at_++];
    std::string out;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (at_ >= text_.size()) return std::nullopt;
    ++at_;
    return out;
  }

  std::optional<std::int64_t> integer() {
    blanks();
    const std::size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
    return parse_int(text_.substr(start, at_ - start));
  }

  bool bracket(JsonPath& path) {
    ++at_;
    blanks();
    if (at_ >= text_.size()) return false;
    Step s;
    const char c = text_[at_];
    if (c == '*') {
      ++at_;
      s.kind = Step::Kind::all;
      path.definite_ = false;
    } else if (c == '?') {
      ++at_;
      if (!filter(s)) return false;
      path.definite_ = false;
    } else if (c == '\'' || c == '"') {
      do {
        auto key = quoted();
        if (!key) return false;
        s.names.push_back(std::move(*key));
      } while (take(','));
      if (s.names.size() > 1) path.definite_ = false;
    } else if (!numbers(path, s)) {
      return false;
    }
    if (!take(']')) return false;
    path.steps_.push_back(std::move(s));
    return true;
  }

  bool numbers(JsonPath& path, Step& s) {
    s.kind = Step::Kind::indexes;
    if (text_[at_] != ':') {
      do {
        const auto index = integer();
        if (!index) return false;
        s.indexes.push_back(*index);
      } while (take(','));
    }
    if (take(':')) {
      if (s.indexes.size() > 1) return false;
      s.kind = Step::Kind::slice;
      s.has_from = !s.indexes.empty();
      if (s.has_from) s.from = s.indexes[0];
      if (const auto to = integer()) {
        s.has_to = true;
        s.to = *to;
      }
      path.definite_ = false;
    } else if (s.indexes.size() > 1) {
      path.definite_ = false;
    }
    return true;
  }

  /// (@.a.b OP literal) or (@.a).
  bool filter(Step& s) {
    s.kind = Step::Kind::filter;
    if (!take('(') || !take('@')) return false;
    while (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '[')) {
      if (text_[at_++] == '[') {
        auto key = quoted();
        if (!key || !take(']')) return false;
        s.operand.push_back(std::move(*key));
        continue;
      }
      const std::size_t start = at_;
      while (at_ < text_.size() && name_char(text_[at_])) ++at_;
      if (start == at_) return false;
      s.operand.emplace_back(text_.substr(start, at_ - start));
    }
    if (take(')')) return true;
    for (const std::string_view op : {"==", "!=", "<=", ">=", "<", ">"})
      if (text_.substr(at_).starts_with(op)) {
        s.op = op;
        at_ += op.size();
        break;
      }
    if (s.op.empty() || !literal(s.literal)) return false;
    return take(')');
  }

  bool literal(wire::Value& out) {
    if (auto text = quoted()) {
      out = wire::Value(std::move(*text));
      return true;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && (name_char(text_[at_]) || text_[at_] == '.')) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false")
      out = wire::Value(word == "true");
    else if (const auto number = parse_double(word))
      out = wire::Value(*number);
    else if (word != "null")
      return false;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool dot_first_ = false;
};

Result<JsonPath> JsonPath::parse(std::string_view text) {
  if (text.size() > 4096) return Failure("The JSONPath is too long.");
  return PathReader(trim(text)).read();
}

bool JsonPath::accepts(const Step& step, const wire::Value& value) {
  const wire::Value* v = &value;
  for (const std::string& name : step.operand)
    if (v) v = v->find(name);
  if (step.op.empty()) return v != nullptr;
  if (!v) return false;
  const auto a = number_of(*v), b = number_of(step.literal);
  int order = 0;
  if (a && b)
    order = *a < *b ? -1 : *a > *b ? 1 : 0;
  else if (v->is_text() && step.literal.is_text())
    order = v->text().compare(step.literal.text());
  else
    return step.op == "==" ? *v == step.literal : step.op == "!=" && !(*v == step.literal);
  if (step.op == "==") return order == 0;
  if (step.op == "!=") return order != 0;
  if (step.op == "<") return order < 0;
  if (step.op == "<=") return order <= 0;
  if (step.op == ">") return order > 0;
  return order >= 0;
}

void JsonPath::apply(const Step& step, const std::vector<const wire::Value*>& in,
                     std::vector<const wire::Value*>& out) {
  const auto at = [](const wire::List& list, std::int64_t i) -> const wire::Value* {
    const auto size = static_cast<std::int64_t>(list.size());
    if (i < 0) i += size;
    return i < 0 || i >= size ? nullptr : &list[static_cast<std::size_t>(i)];
  };
  for (const wire::Value* v : in) {
    if (out.size() >= kMaxSelected) return;
    switch (step.kind) {
      case Step::Kind::names:
        for (const std::string& name : step.names)
          if (const wire::Value* m = v->find(name)) out.push_back(m);
        break;
      case Step::Kind::indexes:
        if (v->is_list())
          for (const std::int64_t i : step.indexes)
            if (const wire::Value* e = at(v->list(), i)) out.push_back(e);
        break;
      case Step::Kind::slice:
        if (v->is_list()) {
          const auto size = static_cast<std::int64_t>(v->list().size());
          const auto bound = [&](std::int64_t i) {
            return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size);
          };
          const std::int64_t to = step.has_to ? bound(step.to) : size;
          for (std::int64_t i = step.has_from ? bound(step.from) : 0; i < to; ++i)
            out.push_back(at(v->list(), i));
        }
        break;
      case Step::Kind::all:
        children(*v, out);
        break;
      case Step::Kind::descend:
        descend(*v, out);
        break;
      case Step::Kind::filter: {
        std::vector<const wire::Value*> candidates;
        children(*v, candidates);
        for (const wire::Value* c : candidates)
          if (accepts(step, *c)) out.push_back(c);
        break;
      }
    }
  }
}

JsonPath::Selection JsonPath::select(const wire::Value& root) const {
  std::vector<const wire::Value*> now{&root}, next;
  for (const Step& step : steps_) {
    next.clear();
    apply(step, now, next);
    now.swap(next);
  }
  Selection s;
  s.is_list = !definite_;
  if (!definite_)
    s.all = std::move(now);
  else if (!now.empty())
    s.one = now.front();
  return s;
}

wire::Value value_at(const wire::Value& root, const JsonPath& path, bool* found) {
  const JsonPath::Selection s = path.select(root);
  if (found) *found = s.is_list || s.one;
  if (!s.is_list) return s.one ? *s.one : wire::Value();
  wire::List out;
  out.reserve(s.all.size());
  for (const wire::Value* v : s.all) out.push_back(*v);
  return wire::Value(std::move(out));
}

}  // namespace puddle::vtl
