// Parser of PartiQL: by recursive descent, one token ahead. Internal to partiql.
#pragma once
#include <string>
#include <string_view>

#include "languages/partiql/lexer.hpp"
#include "languages/partiql/partiql.hpp"

namespace puddle::partiql {

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}
  Statement parse();

 private:
  /// What stands in parentheses may turn out to be an operand or a condition.
  struct Term {
    Node node;
    bool operand = false;
  };

  // statements (parser.cpp)
  void statement();
  void select();
  void insert();
  void update();
  void remove();
  void table();
  void where(bool needed);
  void order_by();
  void action();
  expression::Node set_value(expression::Action& action, const Path& target);
  void set_operation(expression::Action& action, const Path& target, bool add);
  void returning();

  // conditions (condition_parser.cpp)
  Node condition();
  Term disjunction();
  Term conjunction();
  Term negation();
  Term comparison();
  Term primary();
  Node membership(Node left);
  Node type_test(Node left);
  Node operand();
  Term call(const std::string& name);
  Node sum();
  Path path(Token first);
  Node path_operand(Token first);
  Node value_operand();
  wire::Value value();
  wire::Value list(std::string_view end);
  wire::Value structure();
  bool begins_value();
  std::uint32_t add_value(wire::Value value);
  static Node make(expression::Op op, std::vector<Node> args);

  const Token& peek();
  Token take();
  bool is_sign(std::string_view sign);
  bool is_word(std::string_view word);
  bool accept(std::string_view sign);
  bool accept_word(std::string_view word);
  void expect(std::string_view sign);
  void expect_word(std::string_view word);
  void enter();
  void leave() { --depth_; }

  static constexpr int kMaxDepth = 100;
  Lexer lexer_;
  Token ahead_;
  bool have_ahead_ = false;
  int depth_ = 0;
  Statement out_;
};

}  // namespace puddle::partiql
