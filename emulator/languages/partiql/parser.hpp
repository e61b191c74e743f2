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
  void update_from();
  void remove();
  void table(const char* missing = "Expected identifier for simple path");
  /// Behind a table: anything that is no keyword would be an alias.
  void refuse_alias();
  void where();
  void changes();
  void order_by();
  void action();
  expression::Node set_value(expression::Action& action, const Path& target);
  void set_operation(expression::Action& action, const Path& target, const Token& function);
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
  Term call(const Token& name);
  static void check_call(const Node& node, std::size_t expected, std::string_view name);
  Node truth(Node condition, bool inverted);
  Node sum();
  Path path(Token first);
  Node path_operand(Token first);
  Node value_operand();
  /// Place: where the value stands in its attribute, for messages: "root.a[1]".
  wire::Value value(const std::string& place = "root");
  wire::Value named_value(const Token& token);
  wire::Value number(std::string text, const std::string& place);
  wire::Value list(std::string_view end, const std::string& place);
  /// Item: of an INSERT, whose members are attributes.
  wire::Value structure(const std::string& place, bool item = false);
  bool begins_value();
  std::uint32_t add_value(wire::Value value);
  static Node make(expression::Op op, std::vector<Node> args);

  const Token& peek();
  Token take();
  bool is_sign(std::string_view sign);
  bool is_word(std::string_view word);
  bool is_operator();
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
