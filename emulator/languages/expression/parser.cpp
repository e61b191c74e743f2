#include "languages/expression/parser.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "languages/expression/error.hpp"

namespace puddle::expression {
namespace {

struct Function {
  std::string_view name;
  Op op;
  bool in_update;
};
constexpr Function kFunctions[] = {{"attribute_exists", Op::attribute_exists, false},
                                   {"attribute_not_exists", Op::attribute_not_exists, false},
                                   {"attribute_type", Op::attribute_type, false},
                                   {"begins_with", Op::begins_with, false},
                                   {"contains", Op::contains, false},
                                   {"size", Op::size, false},
                                   {"if_not_exists", Op::if_not_exists, true},
                                   {"list_append", Op::list_append, true}};

const Function* find_function(std::string_view name) {
  const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                  [&](const Function& f) { return f.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

}  // namespace

std::string_view name_of(Op op) {
  for (const Function& f : kFunctions)
    if (f.op == op) return f.name;
  switch (op) {
    case Op::plus:
      return "+";
    case Op::minus:
      return "-";
    case Op::logical_or:
      return "OR";
    case Op::logical_and:
      return "AND";
    case Op::logical_not:
      return "NOT";
    case Op::eq:
      return "=";
    case Op::ne:
      return "<>";
    case Op::lt:
      return "<";
    case Op::le:
      return "<=";
    case Op::gt:
      return ">";
    case Op::ge:
      return ">=";
    case Op::between:
      return "BETWEEN";
    case Op::in:
      return "IN";
    default:
      return "";
  }
}

Parser::Parser(std::string_view text, std::string_view parameter) : text_(text), parameter_(parameter) {
  if (text.size() > kMaxBytes)
    fail("Expression size has exceeded the maximum allowed size;" +
         // AWS does not tell the size of an update.
         (parameter == "UpdateExpression" ? "" : " expression size: " + std::to_string(text.size())));
  tokens_ = tokenise(text);
  if (tokens_.size() == 1) fail("The expression can not be empty;");
}

bool Parser::is_sign(std::string_view sign) const {
  return peek().kind == Token::Kind::sign && peek().text == sign;
}

bool Parser::is_word(std::string_view keyword) const {
  return peek().kind == Token::Kind::word && iequals(peek().text, keyword);
}

bool Parser::accept(std::string_view sign) {
  const bool found = is_sign(sign);
  if (found) take();
  return found;
}

bool Parser::accept_word(std::string_view keyword) {
  const bool found = is_word(keyword);
  if (found) take();
  return found;
}

void Parser::expect(std::string_view sign) {
  if (!accept(sign)) syntax_error();
}

void Parser::syntax_error() const {
  const Token& bad = peek();
  const std::size_t begin = at_ > 0 ? tokens_[at_ - 1].begin : bad.begin;
  const bool at_end = bad.kind == Token::Kind::end;
  std::size_t end = at_end ? tokens_[at_ - 1].end : bad.end;
  if (!at_end && peek(1).kind != Token::Kind::end) end = peek(1).end;
  fail("Syntax error; token: \"" + (at_end ? std::string("<EOF>") : std::string(bad.text)) + "\", near: \"" +
       std::string(text_.substr(begin, end - begin)) + "\"");
}

void Parser::fail(std::string problem) const {
  throw Error{"Invalid " + std::string(parameter_) + ": " + std::move(problem)};
}

NamePath Parser::path() {
  const auto name = [&] {
    if (peek().kind != Token::Kind::word && peek().kind != Token::Kind::name) syntax_error();
    const Token& token = take();
    if (token.kind == Token::Kind::word && is_reserved(token.text))
      note(reserved_, "Attribute name is a reserved keyword; reserved keyword: " + std::string(token.text));
    return NameStep{std::string(token.text)};
  };
  NamePath out;
  out.push_back(name());
  while (is_sign(".") || is_sign("[")) {
    if (take().text == ".") {
      out.push_back(name());
      continue;
    }
    if (peek().kind != Token::Kind::integer) syntax_error();
    const std::string_view digits = take().text;
    const auto index = parse_int(digits);
    if (!index || *index > 2'147'483'647)
      note(index_, "List index is not within the allowable range; index: [" + std::string(digits) + "]");
    out.push_back(NameStep{{}, index.value_or(0)});
    expect("]");
  }
  if (out.size() > kMaxPathLevels)
    note(levels_,
         "The document path has too many nesting levels; nesting levels: " + std::to_string(out.size()));
  return out;
}

std::uint32_t Parser::add_path(NamePath path) {
  leaves_.paths.push_back(std::move(path));
  return static_cast<std::uint32_t>(leaves_.paths.size() - 1);
}

Node Parser::path_operand() { return Node{Op::path, add_path(path()), {}}; }

Node Parser::value_operand() {
  if (peek().kind != Token::Kind::value) syntax_error();
  leaves_.values.emplace_back(take().text);
  return Node{Op::value, static_cast<std::uint32_t>(leaves_.values.size() - 1), {}};
}

Node Parser::function(std::string_view name) {
  const Function* const found = find_function(name);
  if (!found)
    note(function_, "Invalid function name; function: " + std::string(name));
  else if (found->in_update != in_update_)
    note(function_, "The function is not allowed in " +
                        std::string(in_update_ ? "an update" : "a condition") +
                        " expression; function: " + std::string(name));
  return Node{found ? found->op : Op::unknown_function, 0, {}};
}

void Parser::enter(std::string_view function) {
  if (++nesting_ <= kMaxNesting) return;
  int open = 0;
  for (const Token& token : tokens_)
    if (token.kind == Token::Kind::sign) open += token.text == "(" ? 1 : token.text == ")" ? -1 : 0;
  if (open > 0) {
    at_ = tokens_.size() - 1;
    syntax_error();
  }
  if (operators_ > kMaxOperators || function.empty()) check_problems();
  if (function.empty()) fail("The expression has redundant parentheses;");
  if (!function_ && function == "size")
    fail("Incorrect operand type for operator or function; operator or function: size, operand type: N");
  check_problems();
  fail("The function is not allowed to be used this way in an expression; function: " +
       std::string(function));
}

void Parser::check_problems() const {
  if (operators_ > kMaxOperators)
    fail("The expression contains too many operators; operator count: " + std::to_string(kMaxOperators + 1));
  const auto *const first = in_update_ ? &reserved_ : &function_, *const last =
                                                                      in_update_ ? &function_ : &reserved_;
  for (const auto* problem : {&redundant_, first, &misused_, last, &index_, &levels_})
    if (*problem) fail(**problem);
}

}  // namespace puddle::expression
