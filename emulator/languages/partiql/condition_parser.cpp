// Conditions, operands and values of PartiQL.
#include <algorithm>

#include "base/text.hpp"
#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
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
constexpr Function kFunctions[] = {{"begins_with", Op::begins_with, 2},
                                   {"contains", Op::contains, 2},
                                   {"attribute_type", Op::attribute_type, 2},
                                   {"size", Op::size, 1},
                                   {"list_append", Op::list_append, 2}};

/// The types that IS knows, as attribute_type names them.
struct TypeTest {
  std::string_view name, type;
};
constexpr TypeTest kTypes[] = {{"NULL", "NULL"}, {"BOOLEAN", "BOOL"}, {"BLOB", "B"},  {"STRING", "S"},
                               {"NUMERIC", "N"}, {"STRUCT", "M"},     {"TUPLE", "M"}, {"LIST", "L"}};

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
  if (!left.operand) return left;
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
  const Token first = take();
  if (first.kind == Kind::word && is_sign("(")) return call(first.text);
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

Parser::Term Parser::call(const std::string& name) {
  if (iequals(name, "EXISTS"))
    throw expression::Error{"EXISTS can only be used in ExecuteTransaction write requests."};
  const auto function = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                     [&](const Function& f) { return iequals(f.name, name); });
  if (function == std::end(kFunctions)) throw expression::Error{"Unrecognized function: " + name};
  expect("(");
  Node out = make(function->op, {});
  do out.args.push_back(operand());
  while (accept(","));
  expect(")");
  if (out.args.size() != function->arguments)
    throw expression::Error{"Incorrect number of operands for operator or function; operator or function: " +
                            std::string(function->name) +
                            ", number of operands: " + std::to_string(out.args.size())};
  return {std::move(out), function->op == Op::size || function->op == Op::list_append};
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

Value Parser::value() {
  Token token = take();
  if (token.kind == Kind::text) return expression::make("S", Value(std::move(token.text)));
  if (token.kind == Kind::number) return expression::make("N", Value(std::move(token.text)));
  if (token.kind == Kind::word) {
    if (iequals(token.text, "TRUE")) return expression::make("BOOL", Value(true));
    if (iequals(token.text, "FALSE")) return expression::make("BOOL", Value(false));
    if (iequals(token.text, "NULL")) return expression::make("NULL", Value(true));
    if (iequals(token.text, "MISSING")) throw expression::Error{"MISSING must be compared using IS operator"};
  }
  if (token.kind != Kind::sign) malformed("Unexpected term");
  if (token.text == "?") return expression::make("?", Value(static_cast<std::int64_t>(out_.parameters++)));
  if (token.text == "[") return expression::make("L", list("]"));
  if (token.text == "<<") return expression::make("<<", list(">>"));
  if (token.text == "{") return structure();
  if (token.text != "-" && token.text != "+") malformed("Unexpected term");
  const Token number = take();
  if (number.kind != Kind::number) malformed("Unexpected term");
  return expression::make("N", Value(token.text + number.text));
}

Value Parser::list(std::string_view end) {
  List out;
  enter();
  if (!accept(end)) {
    do out.push_back(value());
    while (accept(","));
    expect(end);
  }
  leave();
  return Value(std::move(out));
}

Value Parser::structure() {
  Map out;
  enter();
  if (!accept("}")) {
    do {
      Token name = take();
      if (name.kind != Kind::text && name.kind != Kind::quoted) malformed("Expected a key");
      expect(":");
      if (out.contains(name.text)) throw expression::Error{"Duplicate keys in tuple. Key: " + name.text};
      Value member = value();
      out.add(std::move(name.text), std::move(member));
    } while (accept(","));
    expect("}");
  }
  leave();
  return expression::make("M", Value(std::move(out)));
}

}  // namespace puddle::partiql
