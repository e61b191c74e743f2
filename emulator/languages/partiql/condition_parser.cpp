// Conditions, operands and values of PartiQL.
#include <algorithm>

#include "base/text.hpp"
#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
#include "languages/expression/number.hpp"
#include "languages/partiql/parser.hpp"

namespace puddle::partiql {
namespace {

using expression::Op;
using wire::List;
using wire::Map;
using wire::Value;
using Kind = Token::Kind;

struct Function {
  std::string_view name;
  Op op;
  std::size_t arguments;
};
constexpr Function kFunctions[] = {{"attribute_exists", Op::attribute_exists, 1},
                                   {"attribute_not_exists", Op::attribute_not_exists, 1},
                                   {"begins_with", Op::begins_with, 2},
                                   {"contains", Op::contains, 2},
                                   {"attribute_type", Op::attribute_type, 2},
                                   {"size", Op::size, 1},
                                   {"list_append", Op::list_append, 2}};

/// The types that IS knows, as attribute_type names them.
struct TypeTest {
  std::string_view name, type;
};
constexpr TypeTest kTypes[] = {{"NULL", "NULL"}, {"BOOLEAN", "BOOL"}, {"BOOL", "BOOL"},
                               {"BLOB", "B"},    {"STRING", "S"},     {"NUMERIC", "N"},
                               {"STRUCT", "M"},  {"TUPLE", "M"},      {"LIST", "L"}};
/// Types of PartiQL that no attribute has; some have two words.
constexpr std::string_view kOtherTypes[] = {
    "INT",      "INT2", "INT4",      "INT8",    "INTEGER", "INTEGER2",  "INTEGER4", "INTEGER8", "BIGINT",
    "SMALLINT", "REAL", "FLOAT",     "DECIMAL", "CHAR",    "CHARACTER", "VARCHAR",  "DOUBLE",   "SYMBOL",
    "CLOB",     "DATE", "TIMESTAMP", "TIME",    "SEXP",    "BAG",       "ANY"};
constexpr std::string_view kNoRightHand = "Missing right-hand side expression of infix operator";

}  // namespace

Node Parser::make(Op op, std::vector<Node> args) { return Node{op, 0, std::move(args)}; }

std::uint32_t Parser::add_value(Value value) {
  out_.values.push_back(std::move(value));
  return static_cast<std::uint32_t>(out_.values.size() - 1);
}

Node Parser::condition() {
  Term term = disjunction();
  if (term.operand)
    throw expression::Error{"WHERE clause must contain an expression that resolves to a boolean"};
  return std::move(term.node);
}

Parser::Term Parser::disjunction() {
  Term out = conjunction();
  while (!out.operand && accept_word("OR")) {
    if (peek().kind == Kind::end) malformed(std::string(kNoRightHand));
    Term next = conjunction();
    if (next.operand) throw expression::Error{"The arguments to AND/OR must be Expressions"};
    out.node = make(Op::logical_or, {std::move(out.node), std::move(next.node)});
  }
  return out;
}

Parser::Term Parser::conjunction() {
  Term first = negation();
  if (first.operand || !is_word("AND")) return first;
  Node out = make(Op::logical_and, {std::move(first.node)});
  while (accept_word("AND")) {
    if (peek().kind == Kind::end) malformed(std::string(kNoRightHand));
    Term next = negation();
    if (next.operand) throw expression::Error{"The arguments to AND/OR must be Expressions"};
    out.args.push_back(std::move(next.node));
  }
  return {std::move(out)};
}

Parser::Term Parser::negation() {
  if (!accept_word("NOT")) return comparison();
  enter();
  Term inner = negation();
  leave();
  if (inner.operand) throw expression::Error{"The argument to NOT must be a Type or Expression"};
  return {make(Op::logical_not, {std::move(inner.node)})};
}

Parser::Term Parser::comparison() {
  Term left = primary();
  if (!left.operand) {
    const bool equal = is_sign("=");
    if (!equal && !is_sign("<>") && !is_sign("!=")) return left;
    take();
    return {truth(std::move(left.node), !equal)};
  }
  static constexpr std::pair<std::string_view, Op> kComparators[] = {
      {"=", Op::eq},  {"<>", Op::ne}, {"!=", Op::ne}, {"<", Op::lt},
      {"<=", Op::le}, {">", Op::gt},  {">=", Op::ge}};
  for (const auto& [sign, op] : kComparators)
    if (accept(sign)) return {make(op, {std::move(left.node), operand()})};
  if (accept_word("IS")) return {type_test(std::move(left.node))};
  const bool inverted = accept_word("NOT");
  if (!inverted && !is_word("BETWEEN") && !is_word("IN")) return left;
  Node out = membership(std::move(left.node));
  if (inverted) out = make(Op::logical_not, {std::move(out)});
  return {std::move(out)};
}

/// condition = true and the like.
Node Parser::truth(Node condition, bool inverted) {
  const bool is_true = accept_word("TRUE");
  if (!is_true && !accept_word("FALSE")) malformed("Unexpected term");
  if (is_true != inverted) return condition;
  return make(Op::logical_not, {std::move(condition)});
}

Node Parser::membership(Node left) {
  if (accept_word("BETWEEN")) {
    Node low = operand();
    expect_word("AND");
    return make(Op::between, {std::move(left), std::move(low), operand()});
  }
  expect_word("IN");
  const bool brackets = accept("[");
  if (!brackets) expect("(");
  Node out = make(Op::in, {std::move(left)});
  do out.args.push_back(operand());
  while (accept(","));
  expect(brackets ? "]" : ")");
  return out;
}

Node Parser::type_test(Node left) {
  const bool inverted = accept_word("NOT");
  const Token wanted = take();
  Node out;
  if (iequals(wanted.text, "MISSING")) {
    out = make(Op::attribute_not_exists, {std::move(left)});
  } else {
    const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const TypeTest& t) { return iequals(wanted.text, t.name); });
    const bool other = std::any_of(std::begin(kOtherTypes), std::end(kOtherTypes),
                                   [&](std::string_view name) { return iequals(wanted.text, name); });
    if (type == std::end(kTypes) && !other) malformed("Expected type name");
    if (type == std::end(kTypes))
      throw expression::Error{
          "Unsupported data type for IS operator: " + wanted.text +
          ". Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, "
          "TUPLE, LIST]"};
    Node name{Op::value, add_value(expression::make("S", Value(type->type))), {}};
    out = make(Op::attribute_type, {std::move(left), std::move(name)});
  }
  return inverted ? make(Op::logical_not, {std::move(out)}) : std::move(out);
}

Parser::Term Parser::primary() {
  if (accept("(")) {
    enter();
    Term inner = disjunction();
    leave();
    expect(")");
    return inner;
  }
  if (begins_value()) return {value_operand(), true};
  if (is_word("ORDER")) malformed("Unexpected keyword");
  if (is_operator()) malformed("Unexpected operator");
  const Token first = take();
  if (first.kind == Kind::word && is_sign("(")) return call(first);
  return {path_operand(first), true};
}

Node Parser::operand() {
  enter();
  Term term;
  if (accept("(")) {
    term = {operand(), true};
    expect(")");
  } else {
    term = primary();
  }
  leave();
  if (!term.operand) malformed("Unexpected term");
  return std::move(term.node);
}

Parser::Term Parser::call(const Token& name) {
  const auto function = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                     [&](const Function& f) { return iequals(f.name, name.text); });
  if (function == std::end(kFunctions))
    throw expression::Error{"Unrecognized function: " + lower(name.text) + " at " + lexer_.position(name)};
  expect("(");
  Node out = make(function->op, {});
  if (!accept(")")) {
    do out.args.push_back(operand());
    while (accept(","));
    expect(")");
  }
  check_call(out, function->arguments, function->name);
  return {std::move(out), function->op == Op::size || function->op == Op::list_append};
}

void Parser::check_call(const Node& node, std::size_t expected, std::string_view name) {
  if (node.args.size() != expected)
    throw expression::Error{"Incorrect number of operands for operator or function; operator or function: " +
                            std::string(name) + ", number of operands: " + std::to_string(node.args.size())};
  const bool exists = node.op == Op::attribute_exists || node.op == Op::attribute_not_exists;
  if (exists && node.args[0].op != Op::path)
    throw expression::Error{"Operator or function requires a document path; operator or function: " +
                            std::string(name)};
}

Path Parser::path(Token first) {
  if (first.kind != Kind::word && first.kind != Kind::quoted) malformed("Unexpected term");
  Path out{{std::move(first.text)}};
  while (is_sign(".") || is_sign("[")) {
    const bool dot = take().text == ".";
    Token step = take();
    if (dot) {
      if (step.kind != Kind::word && step.kind != Kind::quoted) malformed("Unexpected path component");
      out.push_back({std::move(step.text)});
      continue;
    }
    const auto index = parse_int(step.text);
    if (step.kind == Kind::text)
      out.push_back({std::move(step.text)});
    else if (step.kind == Kind::number && index && *index <= 2'147'483'647)
      out.push_back({{}, *index});
    else
      throw expression::Error{"List index is not within the allowable range; index: [" + step.text + "]"};
    expect("]");
  }
  if (out.size() > 32)
    throw expression::Error{"The document path has too many nesting levels; nesting levels: " +
                            std::to_string(out.size())};
  return out;
}

Node Parser::path_operand(Token first) {
  out_.paths.push_back(path(std::move(first)));
  return Node{Op::path, static_cast<std::uint32_t>(out_.paths.size() - 1), {}};
}

Node Parser::value_operand() { return Node{Op::value, add_value(value()), {}}; }

bool Parser::begins_value() {
  const Token& token = peek();
  if (token.kind == Kind::text || token.kind == Kind::number) return true;
  if (token.kind == Kind::sign)
    return token.text == "[" || token.text == "{" || token.text == "<<" || token.text == "?" ||
           token.text == "-" || token.text == "+";
  return is_word("TRUE") || is_word("FALSE") || is_word("NULL") || is_word("MISSING");
}

Value Parser::value(const std::string& place) {
  Token token = take();
  if (token.kind == Kind::text) return expression::make("S", Value(std::move(token.text)));
  if (token.kind == Kind::number) return number(std::move(token.text), place);
  if (token.kind == Kind::word) return named_value(token);
  if (token.kind != Kind::sign) malformed("Unexpected term");
  if (token.text == "?") return expression::make("?", Value(static_cast<std::int64_t>(out_.parameters++)));
  if (token.text == "[") return expression::make("L", list("]", place));
  if (token.text == "<<") {
    if (is_sign(">>")) throw expression::Error{"Empty bags are not supported"};
    return expression::make("<<", list(">>", place));
  }
  if (token.text == "{") return structure(place);
  if (token.text != "-" && token.text != "+") malformed("Unexpected term");
  const Token figures = take();
  if (figures.kind != Kind::number) malformed("Unexpected term");
  return number(token.text + figures.text, place);
}

Value Parser::named_value(const Token& token) {
  if (iequals(token.text, "TRUE")) return expression::make("BOOL", Value(true));
  if (iequals(token.text, "FALSE")) return expression::make("BOOL", Value(false));
  if (iequals(token.text, "NULL")) return expression::make("NULL", Value(true));
  if (iequals(token.text, "MISSING")) throw expression::Error{"MISSING must be compared using IS operator"};
  if (is_sign("("))
    throw expression::Error{"Unsupported data type: " + token.text + " under key root at " +
                            lexer_.position(token)};
  malformed("Unexpected term");
}

/// A literal's number is checked where it stands.
Value Parser::number(std::string text, const std::string& place) {
  if (const auto checked = expression::parse_number(text); !checked)
    throw expression::Error{checked.error().message + " under " + place};
  return expression::make("N", Value(std::move(text)));
}

Value Parser::list(std::string_view end, const std::string& place) {
  List out;
  enter();
  if (!accept(end)) {
    do out.push_back(value(place + "[" + std::to_string(out.size()) + "]"));
    while (accept(","));
    expect(end);
  }
  leave();
  return Value(std::move(out));
}

Value Parser::structure(const std::string& place, bool item) {
  Map out;
  enter();
  if (!accept("}")) {
    do {
      Token name = take();
      if (name.kind != Kind::text && name.kind != Kind::quoted) malformed("Expected a key");
      expect(":");
      if (out.contains(name.text)) throw expression::Error{"Duplicate keys in tuple. Key: " + name.text};
      Value member = value(item ? place : place + "." + name.text);
      out.add(std::move(name.text), std::move(member));
    } while (accept(","));
    expect("}");
  }
  leave();
  return expression::make("M", Value(std::move(out)));
}

}  // namespace puddle::partiql
