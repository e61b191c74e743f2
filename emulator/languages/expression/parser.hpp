// Parser: what the three grammars share: tokens, paths, operands, and the first problem of each kind that is
// reported only when the syntax is right. Internal to the expression language.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "languages/expression/ast.hpp"
#include "languages/expression/lexer.hpp"

namespace puddle::expression {

class Parser {
 public:
  /// Throws when the text is empty or too long.
  Parser(std::string_view text, std::string_view parameter);

 protected:
  static constexpr std::size_t kMaxBytes = 4096;
  static constexpr int kMaxOperators = 300;
  static constexpr int kMaxPathLevels = 32;
  static constexpr int kMaxNesting = 350;  ///< of parentheses and calls: more than 300 operators need

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& take() { return tokens_[at_ == tokens_.size() - 1 ? at_ : at_++]; }
  bool is_sign(std::string_view sign) const;
  bool is_word(std::string_view keyword) const;  ///< in any case
  bool accept(std::string_view sign);
  bool accept_word(std::string_view keyword);
  void expect(std::string_view sign);
  [[noreturn]] void syntax_error() const;  ///< at the next token
  [[noreturn]] void fail(std::string problem) const;
  /// Keeps the first problem of its kind.
  static void note(std::optional<std::string>& slot, std::string problem) {
    if (!slot) slot = std::move(problem);
  }
  void count_operator() { ++operators_; }

  NamePath path();
  std::uint32_t add_path(NamePath path);
  Node path_operand();
  Node value_operand();
  /// name(operand, ...) with the name next; arguments by the given grammar.
  template <class Operand>
  Node call(Operand&& operand) {
    const std::string_view name = take().text;
    Node out = function(name);
    expect("(");
    enter(name);
    do out.args.push_back(operand());
    while (accept(","));
    --nesting_;
    expect(")");
    return out;
  }
  /// Deeper than any sensible expression: what AWS would say to it is found without parsing on.
  void enter(std::string_view function);
  void leave() { --nesting_; }
  /// Syntax is right: throws the first problem by AWS's order, which is another one for updates.
  void check_problems() const;
  bool in_update_ = false;

  std::optional<std::string> redundant_, function_, misused_, reserved_, index_, levels_;
  Leaves leaves_;

 private:
  Node function(std::string_view name);

  std::string_view text_, parameter_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int operators_ = 0, nesting_ = 0;
};

}  // namespace puddle::expression
