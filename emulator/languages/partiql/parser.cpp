#include "languages/partiql/parser.hpp"

#include "base/text.hpp"
#include "languages/expression/error.hpp"

namespace puddle::partiql {

using expression::Action;
using expression::Op;
using Section = expression::Action::Section;
using Kind = Token::Kind;

Statement parse(std::string_view text) { return Parser(text).parse(); }

Statement Parser::parse() {
  statement();
  accept(";");
  if (peek().kind != Kind::end) malformed("Unexpected token after expression");
  const bool writes_known = out_.kind == Statement::Kind::update || out_.kind == Statement::Kind::remove;
  if (writes_known && !out_.where)
    throw expression::Error{"Where clause does not contain a mandatory equality on all key attributes"};
  return std::move(out_);
}

void Parser::statement() {
  if (accept_word("SELECT")) {
    select();
  } else if (accept_word("INSERT")) {
    insert();
  } else if (accept_word("UPDATE")) {
    update();
  } else if (accept_word("FROM")) {
    update_from();
  } else if (accept_word("DELETE")) {
    remove();
  } else if (accept_word("EXISTS")) {
    expect("(");
    expect_word("SELECT");
    select();
    expect(")");
    out_.kind = Statement::Kind::exists;
  } else {
    malformed("Unexpected term");
  }
}

void Parser::select() {
  if (!accept("*")) {
    do {
      const Token first = take();
      if (first.kind != Kind::word && first.kind != Kind::quoted) malformed("Unexpected term in projection");
      if (first.kind == Kind::word && is_sign("("))
        throw expression::Error{"Unexpected path component at " + lexer_.position(first)};
      out_.projection.push_back(path(first));
      if (is_word("AS")) throw expression::Error{"Aliasing is not supported"};
    } while (accept(","));
  }
  expect_word("FROM");
  table("Unexpected term");
  refuse_alias();
  if (is_sign(",")) throw expression::Error{"Only select from a single table or index is supported."};
  where();
  order_by();
}

void Parser::table(const char* missing) {
  out_.table = lexer_.next_name(missing).text;
  if (accept(".")) out_.index = lexer_.next_name(missing).text;
}

void Parser::refuse_alias() {
  static constexpr std::string_view kBehindTable[] = {"WHERE", "ORDER", "SET",    "REMOVE", "RETURNING",
                                                      "GROUP", "LIMIT", "HAVING", "OFFSET", "JOIN"};
  if (peek().kind != Kind::word && peek().kind != Kind::quoted) return;
  for (const std::string_view keyword : kBehindTable)
    if (is_word(keyword)) return;
  throw expression::Error{"Aliasing is not supported"};
}

void Parser::where() {
  if (accept_word("WHERE")) out_.where = condition();
}

void Parser::order_by() {
  if (!accept_word("ORDER")) return;
  expect_word("BY");
  do {
    const Token name = take();
    if (name.kind != Kind::word && name.kind != Kind::quoted) malformed("Unexpected term in ORDER BY");
    Order order{name.text};
    order.descending = accept_word("DESC");
    if (!order.descending) accept_word("ASC");
    out_.order.push_back(std::move(order));
  } while (accept(","));
}

void Parser::insert() {
  out_.kind = Statement::Kind::insert;
  expect_word("INTO");
  table();
  if (is_word("VALUES") || is_sign("<<"))
    throw expression::Error{
        "Unsupported operation: Inserting multiple items in a single statement is not supported, use "
        "\"INSERT INTO "
        "tableName VALUE item\" instead"};
  if (peek().kind == Kind::word && !is_word("VALUE")) malformed("Unexpected token after expression");
  expect_word("VALUE");
  if (!is_sign("{") && !is_sign("?")) malformed("Expected a structure behind VALUE");
  out_.item = add_value(accept("{") ? structure("root", true) : value());
}

void Parser::update() {
  out_.kind = Statement::Kind::update;
  table();
  refuse_alias();
  changes();
  where();
  returning();
}

/// FROM table WHERE ... SET ...: an UPDATE, the clauses in another order.
void Parser::update_from() {
  out_.kind = Statement::Kind::update;
  table();
  refuse_alias();
  where();
  changes();
  returning();
}

void Parser::changes() {
  if (!is_word("SET") && !is_word("REMOVE")) malformed("Expected data manipulation");
  while (is_word("SET") || is_word("REMOVE")) action();
}

void Parser::action() {
  const bool set = accept_word("SET");
  if (!set) take();
  do {
    Action action;
    const Token first = take();
    if (first.kind != Kind::word && first.kind != Kind::quoted) malformed("Unexpected term in update");
    const Path target = path(first);
    out_.paths.push_back(target);
    action.path = static_cast<std::uint32_t>(out_.paths.size() - 1);
    action.section = set ? Section::set : Section::remove;
    if (set) {
      expect("=");
      action.value = set_value(action, target);
    }
    out_.actions.push_back(std::move(action));
  } while (accept(","));
}

Node Parser::set_value(Action& action, const Path& target) {
  if (!is_word("set_add") && !is_word("set_delete")) return sum();
  const Token function = take();
  set_operation(action, target, function);
  return std::move(action.value);
}

/// set_add(path, <<...>>) is ADD, and set_delete DELETE, of the path itself.
void Parser::set_operation(Action& action, const Path& target, const Token& function) {
  const bool add = iequals(function.text, "set_add");
  const std::string name = add ? "SET_ADD" : "SET_DELETE", at = lexer_.position(function);
  expect("(");
  const Token first = peek();
  const bool is_path = first.kind == Kind::word || first.kind == Kind::quoted;
  if (!is_path || path(take()) != target)
    throw expression::Error{"The first argument to " + name + " must equal the assignment value at " + at};
  const auto wrong_number = [&] {
    throw expression::Error{name + " must have exactly two arguments at " + at};
  };
  if (!accept(",")) wrong_number();
  if (!is_sign("<<") && !is_sign("?"))
    throw expression::Error{"The second argument to " + name + " must be a value with type SET at " +
                            lexer_.position(first)};
  action.value = value_operand();
  if (!accept(")")) wrong_number();
  action.section = add ? Section::add : Section::remove_from_set;
}

/// operand [+|- operand]
Node Parser::sum() {
  Node first = operand();
  const bool plus = is_sign("+");
  if (!plus && !is_sign("-")) return first;
  take();
  return make(plus ? Op::plus : Op::minus, {std::move(first), operand()});
}

void Parser::remove() {
  out_.kind = Statement::Kind::remove;
  expect_word("FROM");
  table();
  refuse_alias();
  where();
  returning();
}

void Parser::returning() {
  if (!accept_word("RETURNING")) return;
  const bool all = accept_word("ALL");
  if (!all) expect_word("MODIFIED");
  const bool old = accept_word("OLD");
  if (!old) expect_word("NEW");
  expect("*");
  if (out_.kind == Statement::Kind::remove && !(all && old))
    throw expression::Error{"Invalid returning clause: RETURNING " + std::string(all ? "ALL" : "MODIFIED") +
                            " " + (old ? "OLD" : "NEW") +
                            " *. Only RETURNING ALL OLD * is allowed in DELETE statements."};
  out_.returning = all ? (old ? Returning::all_old : Returning::all_new)
                       : (old ? Returning::modified_old : Returning::modified_new);
}

const Token& Parser::peek() {
  if (!have_ahead_) ahead_ = lexer_.next();
  have_ahead_ = true;
  return ahead_;
}

Token Parser::take() {
  peek();
  have_ahead_ = false;
  return std::move(ahead_);
}

bool Parser::is_sign(std::string_view sign) { return peek().kind == Kind::sign && peek().text == sign; }
bool Parser::is_word(std::string_view word) {
  return peek().kind == Kind::word && iequals(peek().text, word);
}

/// What stands between operands, and not where one should begin.
bool Parser::is_operator() {
  for (const char* sign : {"=", "<>", "!=", "<", "<=", ">", ">="})
    if (is_sign(sign)) return true;
  for (const char* word : {"IS", "IN", "LIKE", "BETWEEN", "AND", "OR"})
    if (is_word(word)) return true;
  return false;
}

bool Parser::accept(std::string_view sign) {
  const bool found = is_sign(sign);
  if (found) take();
  return found;
}

bool Parser::accept_word(std::string_view word) {
  const bool found = is_word(word);
  if (found) take();
  return found;
}

void Parser::expect(std::string_view sign) {
  if (!accept(sign)) malformed("Expected '" + std::string(sign) + "'");
}

void Parser::expect_word(std::string_view word) {
  if (!accept_word(word)) malformed("Expected keyword " + std::string(word));
}

void Parser::enter() {
  if (++depth_ > kMaxDepth) malformed("Statement is nested too deeply");
}

}  // namespace puddle::partiql
