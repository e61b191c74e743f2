#include "languages/vtl/parser.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "languages/vtl/vtl.hpp"

namespace puddle::vtl {
namespace {

constexpr std::array<std::string_view, 9> kDirectives{"set",     "if",    "elseif", "else",  "end",
                                                      "foreach", "break", "stop",   "define"};

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)); }

bool needs_parenthesis(std::string_view directive) {
  return directive == "set" || directive == "if" || directive == "elseif" || directive == "foreach" ||
         directive == "define";
}

}  // namespace

void Parser::fail(const std::string& why) const {
  const auto line =
      1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size())),
                     '\n');
  throw SyntaxError{why + " in line " + std::to_string(line)};
}

void Parser::append_text(Block& out, std::string_view text) {
  if (text.empty()) return;
  if (out.statements.empty() || out.statements.back().kind != Statement::Kind::text)
    out.statements.emplace_back();
  out.statements.back().text += text;
  after_markup_ = false;
}

/// Blanks and one line end, when a line end follows the blanks; else nothing.
void Parser::swallow_line_end() {
  std::size_t at = at_;
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
  if (at < text_.size() && text_[at] == '\r') ++at;
  if (at < text_.size() && text_[at] == '\n')
    at_ = at + 1;
  else if (at > at_ && text_[at - 1] == '\r')
    at_ = at;
  after_markup_ = true;
}

bool Parser::opens_parenthesis(std::size_t at) const {
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
  return at < text_.size() && text_[at] == '(';
}

/// The directive's name when one starts at the '#', else nothing.
std::string_view Parser::keyword_at(std::size_t at, std::size_t& after) const {
  std::size_t start = at + 1;
  const bool braces = start < text_.size() && text_[start] == '{';
  if (braces) ++start;
  std::size_t end = start;
  while (end < text_.size() && letter(text_[end])) ++end;
  std::string_view word = text_.substr(start, end - start);
  // "#elsefoo" is #else and then text; "#elseif" is itself.
  const auto exact = std::find(kDirectives.begin(), kDirectives.end(), word);
  if (exact == kDirectives.end()) {
    if (word.starts_with("else") && !word.starts_with("elseif"))
      word = word.substr(0, 4);
    else if (word.starts_with("end"))
      word = word.substr(0, 3);
    else
      return {};
  }
  end = start + word.size();
  if (braces) {
    if (end >= text_.size() || text_[end] != '}') return {};
    ++end;
  }
  if (needs_parenthesis(word) && !opens_parenthesis(end)) return {};
  after = end;
  return word;
}

Block Parser::parse_all() {
  Ending ending = Ending::text;
  Block out = block(ending);
  if (ending != Ending::text) fail("#end, #else or #elseif without an #if");
  return out;
}

Block Parser::block(Ending& ending) {
  Deeper deeper(*this);
  Block out;
  while (at_ < text_.size()) {
    if (after_markup_ && (text_[at_] == ' ' || text_[at_] == '\t')) {
      std::size_t at = at_, after = 0;
      while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
      if (at < text_.size() && text_[at] == '#' && keyword_at(at, after) == "set") at_ = at;
    }
    const std::size_t next = std::min(text_.find_first_of("$#\\", at_), text_.size());
    append_text(out, text_.substr(at_, next - at_));
    at_ = next;
    if (at_ >= text_.size()) break;
    if (text_[at_] == '$') {
      dollar(out);
    } else if (text_[at_] == '\\') {
      backslashes(out);
    } else {
      std::optional<Ending> ended;
      hash(out, ended);
      if (ended) {
        ending = *ended;
        return out;
      }
    }
  }
  ending = Ending::text;
  return out;
}

void Parser::dollar(Block& out) {
  if (at_ + 1 == text_.size()) fail("a lone $ at the end");
  auto ref = reference();
  if (!ref) {
    append_text(out, text_.substr(at_++, 1));
    return;
  }
  Statement s;
  s.kind = Statement::Kind::reference;
  s.reference = std::move(ref);
  out.statements.push_back(std::move(s));
  after_markup_ = true;
}

void Parser::backslashes(Block& out) {
  const std::size_t start = at_;
  while (at_ < text_.size() && text_[at_] == '\\') ++at_;
  const std::size_t count = at_ - start;
  if (peek() == '$') {
    if (auto ref = reference()) {
      Statement s;
      s.kind = Statement::Kind::escaped;
      s.backslashes = static_cast<int>(count);
      s.reference = std::move(ref);
      out.statements.push_back(std::move(s));
      after_markup_ = true;
      return;
    }
  } else if (std::size_t after = 0; peek() == '#' && !keyword_at(at_, after).empty()) {
    append_text(out, text_.substr(start, count / 2));
    if (count % 2 == 1) {
      append_text(out, text_.substr(at_, after - at_));
      at_ = after;
    }
    return;
  }
  append_text(out, text_.substr(start, count));
}

void Parser::hash(Block& out, std::optional<Ending>& ending) {
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("##")) {
    const std::size_t end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    after_markup_ = true;
  } else if (rest.starts_with("#*")) {
    const std::size_t end = text_.find("*#", at_ + 2);
    if (end == std::string_view::npos) fail("an unfinished comment");
    at_ = end + 2;
    after_markup_ = true;
  } else if (rest.starts_with("#[[")) {
    const std::size_t end = text_.find("]]#", at_ + 3);
    if (end == std::string_view::npos) fail("unfinished #[[");
    append_text(out, text_.substr(at_ + 3, end - at_ - 3));
    at_ = end + 3;
  } else {
    ending = directive(out);
  }
}

std::optional<Parser::Ending> Parser::directive(Block& out) {
  std::size_t after = 0;
  const std::string_view name = keyword_at(at_, after);
  if (name.empty()) {
    append_text(out, text_.substr(at_++, 1));
    return std::nullopt;
  }
  at_ = after;
  if (name == "set")
    set(out);
  else if (name == "if")
    choose(out);
  else if (name == "foreach")
    foreach (out)
      ;
  else if (name == "define")
    define(out);
  else if (name == "elseif")
    return Ending::otherwise_if;
  else if (name == "break" || name == "stop") {
    Statement s;
    s.kind = name == "break" ? Statement::Kind::leave_loop : Statement::Kind::stop;
    out.statements.push_back(std::move(s));
    after_markup_ = true;
  } else {
    swallow_line_end();
    return name == "end" ? Ending::end : Ending::otherwise;
  }
  return std::nullopt;
}

void Parser::set(Block& out) {
  skip_space();
  expect('(');
  skip_space();
  Statement s;
  s.kind = Statement::Kind::set;
  if (peek() == '$') s.reference = reference();
  if (!s.reference) fail("#set needs a reference");
  skip_space();
  expect('=');
  s.expressions.push_back(expression());
  skip_space();
  expect(')');
  swallow_line_end();
  out.statements.push_back(std::move(s));
}

void Parser::choose(Block& out) {
  Statement s;
  s.kind = Statement::Kind::choose;
  for (;;) {
    skip_space();
    expect('(');
    s.expressions.push_back(expression());
    skip_space();
    expect(')');
    swallow_line_end();
    Ending ending = Ending::text;
    s.blocks.push_back(block(ending));
    if (ending == Ending::otherwise_if) continue;
    if (ending == Ending::otherwise) {
      s.blocks.push_back(block(ending));
    }
    if (ending != Ending::end) fail("#if without #end");
    break;
  }
  out.statements.push_back(std::move(s));
}

void Parser::foreach (Block& out) {
  skip_space();
  expect('(');
  skip_space();
  Statement s;
  s.kind = Statement::Kind::foreach;
  std::unique_ptr<Reference> variable;
  if (peek() == '$') variable = reference();
  if (!variable || !variable->path.empty()) fail("#foreach needs a variable");
  s.text = variable->root;
  skip_space();
  if (identifier() != "in") fail("#foreach needs \"in\"");
  s.expressions.push_back(expression());
  skip_space();
  expect(')');
  swallow_line_end();
  Ending ending = Ending::text;
  s.blocks.push_back(block(ending));
  if (ending != Ending::end) fail("#foreach without #end");
  out.statements.push_back(std::move(s));
}

void Parser::define(Block& out) {
  skip_space();
  expect('(');
  skip_space();
  Statement s;
  s.kind = Statement::Kind::define;
  std::unique_ptr<Reference> variable;
  if (peek() == '$') variable = reference();
  if (!variable || !variable->path.empty()) fail("#define needs a variable");
  s.text = variable->root;
  skip_space();
  expect(')');
  swallow_line_end();
  Ending ending = Ending::text;
  s.blocks.push_back(block(ending));
  if (ending != Ending::end) fail("#define without #end");
  out.statements.push_back(std::move(s));
}

Result<Template> Template::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.template_bytes) return Failure("The mapping template is too large.");
  try {
    Parser parser(text, limits.depth);
    return Template(std::make_shared<const Block>(parser.parse_all()));
  } catch (const SyntaxError& e) {
    return Failure("Unable to parse the mapping template: " + e.message);
  }
}

}  // namespace puddle::vtl
