// Conditions, filters and key conditions: OR, AND, NOT, comparisons, functions.
#include <algorithm>

#include "languages/expression/error.hpp"
#include "languages/expression/expression.hpp"
#include "languages/expression/parser.hpp"

namespace puddle::expression {
namespace {

bool is_operand(Op op) { return op == Op::path || op == Op::value || op == Op::size; }

/// What stands in parentheses may turn out to be an operand or a condition; "bare" is an operand so far.
class ConditionParser : Parser {
 public:
  using Parser::Parser;

  ConditionTree parse() {
    ConditionTree out;
    Term whole = disjunction();
    out.root = as_condition(std::move(whole));
    if (peek().kind != Token::Kind::end) syntax_error();
    check_problems();
    out.leaves = std::move(leaves_);
    return out;
  }

 private:
  struct Term {
    Node node;
    bool bare = false;          ///< an operand, which needs something after it
    bool enclosed = false;      ///< in parentheses
    std::string_view function;  ///< its name, when it is a call
  };

  Term disjunction() { return chain(Op::logical_or, "OR", &ConditionParser::conjunction); }
  Term conjunction() { return chain(Op::logical_and, "AND", &ConditionParser::negation); }

  Term chain(Op op, std::string_view keyword, Term (ConditionParser::*next)()) {
    Term first = (this->*next)();
    if (!is_word(keyword)) return first;
    Node out{op, 0, {}};
    out.args.push_back(as_condition(std::move(first)));
    while (accept_word(keyword)) {
      count_operator();
      out.args.push_back(as_condition((this->*next)()));
    }
    return condition_of(std::move(out));
  }

  Term negation() {
    int count = 0;
    for (; accept_word("NOT"); ++count) count_operator();
    Term inner = comparison();
    if (count == 0) return inner;
    Node out = as_condition(std::move(inner));
    for (int i = count % 2 == 1 ? 1 : 2; i > 0; --i) {  // two are as good as any even number
      Node negated{Op::logical_not, 0, {}};
      negated.args.push_back(std::move(out));
      out = std::move(negated);
    }
    return condition_of(std::move(out));
  }

  Term comparison() {
    Term left = primary();
    if (!left.bare) return left;
    static constexpr std::pair<std::string_view, Op> kComparators[] = {
        {"=", Op::eq}, {"<>", Op::ne}, {"<", Op::lt}, {"<=", Op::le}, {">", Op::gt}, {">=", Op::ge}};
    for (const auto& [sign, op] : kComparators) {
      if (!accept(sign)) continue;
      Node out = begin(op, std::move(left));
      out.args.push_back(operand());
      return condition_of(std::move(out));
    }
    if (accept_word("BETWEEN")) {
      Node out = begin(Op::between, std::move(left));
      out.args.push_back(operand());
      if (!accept_word("AND")) syntax_error();
      out.args.push_back(operand());
      return condition_of(std::move(out));
    }
    if (accept_word("IN")) {
      Node out = begin(Op::in, std::move(left));
      expect("(");
      do out.args.push_back(operand());
      while (accept(","));
      expect(")");
      return condition_of(std::move(out));
    }
    return left;
  }

  static Term condition_of(Node node) {
    Term out;
    out.node = std::move(node);
    return out;
  }

  Node begin(Op op, Term left) {
    count_operator();
    Node out{op, 0, {}};
    check_use(left);
    out.args.push_back(std::move(left.node));
    return out;
  }

  Term primary() {
    if (!is_sign("(")) return operand_term();
    take();
    enter({});
    Term inner = disjunction();
    leave();
    expect(")");
    if (inner.enclosed) note(redundant_, "The expression has redundant parentheses;");
    inner.enclosed = true;
    return inner;
  }

  Term operand_term() {
    Term out;
    out.bare = true;
    if (peek().kind == Token::Kind::value) {
      out.node = value_operand();
    } else if (peek().kind == Token::Kind::word && peek(1).kind == Token::Kind::sign && peek(1).text == "(" &&
               !is_keyword()) {
      out.function = peek().text;
      out.node = call([this] { return operand(); });
    } else {
      if (is_keyword()) syntax_error();
      out.node = path_operand();
    }
    return out;
  }

  bool is_keyword() const {
    return is_word("AND") || is_word("OR") || is_word("NOT") || is_word("BETWEEN") || is_word("IN");
  }

  /// An operand where nothing else will do.
  Node operand() {
    if (is_sign("(")) {
      take();
      enter({});
      const bool again = is_sign("(");
      Node inner = operand();
      leave();
      expect(")");
      if (again) note(redundant_, "The expression has redundant parentheses;");
      return inner;
    }
    Term term = operand_term();
    check_use(term);
    return std::move(term.node);
  }

  void check_use(const Term& operand) {
    if (!operand.function.empty() && operand.node.op != Op::size)
      note(misused_, "The function is not allowed to be used this way in an expression; function: " +
                         std::string(operand.function));
  }

  Node as_condition(Term term) {
    if (!term.bare) return std::move(term.node);
    if (term.function.empty()) syntax_error();
    if (is_operand(term.node.op))
      note(misused_, "The function is not allowed to be used this way in an expression; function: " +
                         std::string(term.function));
    return std::move(term.node);
  }
};

class ProjectionParser : Parser {
 public:
  explicit ProjectionParser(std::string_view text) : Parser(text, "ProjectionExpression") {}
  ProjectionTree parse() {
    ProjectionTree out;
    do out.paths.push_back(path());
    while (accept(","));
    if (peek().kind != Token::Kind::end) syntax_error();
    check_problems();
    return out;
  }
};

}  // namespace

std::shared_ptr<const ConditionTree> parse_condition(std::string_view text, std::string_view parameter) {
  return std::make_shared<const ConditionTree>(ConditionParser(text, parameter).parse());
}

std::shared_ptr<const ProjectionTree> parse_projection(std::string_view text) {
  return std::make_shared<const ProjectionTree>(ProjectionParser(text).parse());
}

}  // namespace puddle::expression
