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
  return std::move(out_);
}

void Parser::statement() {
  if (accept_word("SELECT")) {
    select();
  } else if (accept_word("INSERT")) {
    insert();
  } else if (accept_word("UPDATE")) {
    update();
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
      out_.projection.push_back(path(first));
      if (is_word("AS")) throw expression::Error{"Aliasing is not supported"};
    } while (accept(","));
  }
  expect_word("FROM");
  table();
  where(false);
  order_by();
}

void Parser::table() {
  out_.table = lexer_.next_name().text;
  if (accept(".")) out_.index = lexer_.next_name().text;
  if (is_sign(",")) throw expression::Error{"Only select from a single table or index is supported."};
  if (is_word("AS")) throw expression::Error{"Aliasing is not supported"};
}

void Parser::where(bool needed) {
  if (accept_word("WHERE"))
    out_.where = condition();
  else if (needed)
    throw expression::Error{"Where clause does not contain a mandatory equality on all key attributes"};
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
  expect_word("VALUE");
  if (!is_sign("{") && !is_sign("?")) malformed("Expected a structure behind VALUE");
  out_.item = add_value(value());
}

void Parser::update() {
  out_.kind = Statement::Kind::update;
  table();
  if (!is_word("SET") && !is_word("REMOVE")) malformed("Expected data manipulation");
  while (is_word("SET") || is_word("REMOVE")) action();
  where(true);
  returning();
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
  for (const bool add : {true, false}) {
    if (!is_word(add ? "set_add" : "set_delete")) continue;
    take();
    set_operation(action, target, add);
    return std::move(action.value);
  }
  return sum();
}

/// set_add(path, <<...>>) is ADD, and set_delete DELETE, of the path itself.
void Parser::set_operation(Action& action, const Path& target, bool add) {
  const std::string name = add ? "SET_ADD" : "SET_DELETE";
  expect("(");
  const Path first = path(take());
  if (first != target)
    throw expression::Error{"The first argument to " + name + " must equal the assignment value"};
  expect(",");
  action.value = value_operand();
  expect(")");
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
  where(true);
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
