// Update expressions: SET, REMOVE, ADD and DELETE.
#include <algorithm>
#include <set>

#include "languages/expression/expression.hpp"
#include "languages/expression/parser.hpp"

namespace puddle::expression {
namespace {

using Section = Action::Section;

class UpdateParser : Parser {
 public:
  explicit UpdateParser(std::string_view text) : Parser(text, "UpdateExpression") { in_update_ = true; }

  UpdateTree parse() {
    while (peek().kind != Token::Kind::end) section();
    check_problems();
    if (repeated_) fail(*repeated_);
    UpdateTree out;
    out.leaves = std::move(leaves_);
    out.actions = std::move(actions_);
    return out;
  }

 private:
  void section() {
    static constexpr std::pair<std::string_view, Section> kSections[] = {
        {"SET", Section::set},
        {"REMOVE", Section::remove},
        {"ADD", Section::add},
        {"DELETE", Section::remove_from_set}};
    for (const auto& [keyword, kind] : kSections) {
      if (!accept_word(keyword)) continue;
      do actions_.push_back(action(kind));
      while (accept(","));
      if (!seen_.insert(kind).second)
        note(repeated_,
             "The \"" + std::string(keyword) + "\" section can only be used once in an update expression;");
      return;
    }
    syntax_error();
  }

  Action action(Section kind) {
    Action out;
    out.section = kind;
    out.path = add_path(path());
    if (kind == Section::set) {
      expect("=");
      out.value = set_value();
    } else if (kind != Section::remove) {
      out.value = value_operand();
    }
    return out;
  }

  /// One operand, or two with a sign between them; parentheses around either.
  Node set_value() {
    if (!is_sign("(")) return sum(operand());
    // (a + b), or an operand in parentheses that may be the first of a sum.
    take();
    const bool again = is_sign("(");
    enter({});
    Node inner = set_value();
    leave();
    expect(")");
    if (again && !is_sum(inner)) note(redundant_, "The expression has redundant parentheses;");
    return is_sum(inner) ? inner : sum(std::move(inner));
  }

  static bool is_sum(const Node& node) { return node.op == Op::plus || node.op == Op::minus; }

  Node sum(Node first) {
    const bool plus = is_sign("+");
    if (!plus && !is_sign("-")) return first;
    take();
    count_operator();
    Node out{plus ? Op::plus : Op::minus, 0, {}};
    out.args.push_back(std::move(first));
    out.args.push_back(operand());
    return out;
  }

  Node operand() {
    if (is_sign("(")) {
      take();
      const bool again = is_sign("(");
      enter({});
      Node inner = operand();
      leave();
      expect(")");
      if (again) note(redundant_, "The expression has redundant parentheses;");
      return inner;
    }
    if (peek().kind == Token::Kind::value) return value_operand();
    if (peek().kind == Token::Kind::word && peek(1).kind == Token::Kind::sign && peek(1).text == "(")
      return function_call();
    return path_operand();
  }

  /// AWS takes any function in another one, but list_append in list_append.
  Node function_call() {
    Node out = call([this] { return operand(); });
    if (out.op == Op::list_append)
      for (const Node& arg : out.args)
        if (arg.op == Op::list_append)
          note(misused_,
               "The function is not allowed to be used this way in an expression; function: list_append");
    return out;
  }

  std::vector<Action> actions_;
  std::set<Section> seen_;
  std::optional<std::string> repeated_;
};

}  // namespace

std::shared_ptr<const UpdateTree> parse_update(std::string_view text) {
  return std::make_shared<const UpdateTree>(UpdateParser(text).parse());
}

}  // namespace puddle::expression
