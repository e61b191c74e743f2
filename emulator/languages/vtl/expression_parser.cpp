// The half of the parser for what stands inside parentheses, and for references.
#include <cctype>

#include "base/text.hpp"
#include "languages/vtl/parser.hpp"

namespace puddle::vtl {
namespace {

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

ExpressionPtr make(Expression::Kind kind) {
  auto e = std::make_unique<Expression>();
  e->kind = kind;
  return e;
}

struct Operator {
  int level;
  std::string_view text;
  bool word;
  Expression::Kind kind;
};
using K = Expression::Kind;
// Longer symbols first.
constexpr Operator kOperators[] = {
    {0, "||", false, K::either},        {0, "or", true, K::either},        {1, "&&", false, K::both},
    {1, "and", true, K::both},          {2, "==", false, K::equal},        {2, "!=", false, K::differs},
    {2, "eq", true, K::equal},          {2, "ne", true, K::differs},       {3, "<=", false, K::less_equal},
    {3, ">=", false, K::greater_equal}, {3, "<", false, K::less},          {3, ">", false, K::greater},
    {3, "le", true, K::less_equal},     {3, "ge", true, K::greater_equal}, {3, "lt", true, K::less},
    {3, "gt", true, K::greater},        {4, "+", false, K::add},           {4, "-", false, K::subtract},
    {5, "*", false, K::multiply},       {5, "/", false, K::divide},        {5, "%", false, K::modulo},
};
constexpr int kLevels = 6;

}  // namespace

void Parser::skip_space() {
  while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
}

void Parser::expect(char c) {
  if (!take(c)) fail(std::string("expected '") + c + "'");
}

bool Parser::take(char c) {
  if (peek() != c || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

std::string Parser::identifier() {
  const std::size_t start = at_;
  if (!letter(peek())) return {};
  while (letter(peek()) || digit(peek()) || peek() == '-') ++at_;
  return std::string(text_.substr(start, at_ - start));
}

std::unique_ptr<Reference> Parser::reference() {
  Deeper deeper(*this);
  const std::size_t start = at_++;
  take('!');
  const bool braces = take('{');
  auto out = std::make_unique<Reference>();
  out->root = identifier();
  if (out->root.empty()) {
    at_ = start;
    return nullptr;
  }
  accesses(*out);
  if (braces && !take('}')) fail("expected '}'");
  out->source = text_.substr(start, at_ - start);
  return out;
}

void Parser::accesses(Reference& out) {
  for (;;) {
    Access access;
    if (peek() == '.' && letter(peek(1))) {
      ++at_;
      access.name = identifier();
      if (take('(')) {
        access.kind = Access::Kind::method;
        access.arguments = arguments(')');
      }
    } else if (peek() == '[') {
      // "$a[ 1 ]" is an index; "$a [1]" and "$a[]" are text.
      const std::size_t start = at_++;
      access.kind = Access::Kind::index;
      skip_space();
      const char c = peek();
      if (c != '"' && c != '\'' && c != '$' && c != '-' && !digit(c)) {
        at_ = start;
        return;
      }
      access.arguments.push_back(expression());
      skip_space();
      expect(']');
    } else {
      return;
    }
    out.path.push_back(std::move(access));
    if (out.path.size() > 64) fail("too many parts in a reference");
  }
}

std::vector<ExpressionPtr> Parser::arguments(char close) {
  std::vector<ExpressionPtr> out;
  skip_space();
  if (take(close)) return out;
  for (;;) {
    out.push_back(expression());
    skip_space();
    if (take(close)) return out;
    expect(',');
  }
}

ExpressionPtr Parser::expression() {
  Deeper deeper(*this);
  return binary(0);
}

std::optional<Expression::Kind> Parser::operator_at(int level) {
  skip_space();
  for (const Operator& op : kOperators) {
    if (op.level != level || !text_.substr(at_).starts_with(op.text)) continue;
    const char next = peek(op.text.size());
    if (op.word && (letter(next) || digit(next))) continue;
    at_ += op.text.size();
    return op.kind;
  }
  return std::nullopt;
}

ExpressionPtr Parser::binary(int level) {
  if (level == kLevels) return unary();
  ExpressionPtr left = binary(level + 1);
  std::size_t chained = 0;
  while (const auto kind = operator_at(level)) {
    // A chain is a tree as deep as it is long, walked by recursion when it runs.
    if (++chained > 2 * depth_limit_) fail("too many operators in a row");
    ExpressionPtr joined = make(*kind);
    joined->parts.push_back(std::move(left));
    joined->parts.push_back(binary(level + 1));
    left = std::move(joined);
  }
  return left;
}

ExpressionPtr Parser::unary() {
  Deeper deeper(*this);
  skip_space();
  const bool word = text_.substr(at_).starts_with("not") && !letter(peek(3)) && !digit(peek(3));
  if (word || (peek() == '!' && peek(1) != '=')) {
    at_ += word ? 3 : 1;
    ExpressionPtr e = make(K::negate);
    e->parts.push_back(unary());
    return e;
  }
  return primary();
}

ExpressionPtr Parser::primary() {
  skip_space();
  const char c = peek();
  if (c == '(') {
    ++at_;
    ExpressionPtr inner = expression();
    skip_space();
    expect(')');
    return inner;
  }
  if (c == '$') {
    ExpressionPtr e = make(K::reference);
    e->reference = reference();
    if (!e->reference) fail("expected a reference");
    return e;
  }
  if (c == '"' || c == '\'') return quoted();
  if (c == '[') return list_or_range();
  if (c == '{') return map();
  if (digit(c) || c == '-' || c == '.') return number();
  const std::string word = identifier();
  if (word == "true" || word == "false") {
    ExpressionPtr e = make(K::boolean);
    e->integer = word == "true";
    return e;
  }
  fail("unexpected " + (word.empty() ? std::string(1, c) : word));
}

ExpressionPtr Parser::number() {
  const std::size_t start = at_;
  take('-');
  while (digit(peek())) ++at_;
  bool real = false;
  if (peek() == '.' && digit(peek(1))) {
    real = true;
    ++at_;
    while (digit(peek())) ++at_;
  }
  if ((peek() == 'e' || peek() == 'E') && (digit(peek(1)) || (peek(1) == '-' && digit(peek(2))))) {
    real = true;
    at_ += 2;
    while (digit(peek())) ++at_;
  }
  std::string text(text_.substr(start, at_ - start));
  if (const auto integer = parse_int(text); integer && !real) {
    ExpressionPtr e = make(K::integer);
    e->integer = *integer;
    return e;
  }
  if (text.starts_with('.')) text.insert(0, "0");
  if (text.starts_with("-.")) text.insert(1, "0");
  const auto value = parse_double(text);
  if (!value) fail("not a number: " + text);
  ExpressionPtr e = make(K::real);
  e->real = *value;
  return e;
}

ExpressionPtr Parser::quoted() {
  const char quote = text_[at_++];
  std::string content;
  for (;;) {
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("an unfinished string");
    content += text_.substr(at_, end - at_);
    at_ = end + 1;
    if (peek() != quote || at_ >= text_.size()) break;
    content += quote;  // a doubled quote is one
    ++at_;
  }
  if (quote == '\'' || content.find_first_of("$#") == std::string::npos) {
    ExpressionPtr e = make(K::text);
    e->text = std::move(content);
    return e;
  }
  ExpressionPtr e = make(K::interpolated);
  const bool padded = content.ends_with('$');  // a lone $ at the end is text here
  if (padded) content += ' ';
  Parser inner(content, depth_limit_, depth_ + 1);
  inner.after_markup_ = false;
  e->block = std::make_unique<Block>(inner.parse_all());
  if (padded && !e->block->statements.empty()) e->block->statements.back().text.pop_back();
  return e;
}

ExpressionPtr Parser::list_or_range() {
  expect('[');
  skip_space();
  ExpressionPtr e = make(K::list);
  if (take(']')) return e;
  e->parts.push_back(expression());
  skip_space();
  if (peek() == '.' && peek(1) == '.') {
    at_ += 2;
    e->kind = K::range;
    e->parts.push_back(expression());
    skip_space();
    expect(']');
    return e;
  }
  while (!take(']')) {
    expect(',');
    e->parts.push_back(expression());
    skip_space();
  }
  return e;
}

ExpressionPtr Parser::map() {
  expect('{');
  ExpressionPtr e = make(K::map);
  skip_space();
  if (take('}')) return e;
  for (;;) {
    e->parts.push_back(expression());
    skip_space();
    expect(':');
    e->parts.push_back(expression());
    skip_space();
    if (take('}')) return e;
    expect(',');
  }
}

}  // namespace puddle::vtl
