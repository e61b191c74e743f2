// Parser: template text -> Block. A cursor over the text that both halves (directives in parser.cpp,
// expressions in expression_parser.cpp) move. Throws SyntaxError, which Template::parse turns into a Failure;
// internal to vtl.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "languages/vtl/ast.hpp"

namespace puddle::vtl {

struct SyntaxError {
  std::string message;
};

class Parser {
 public:
  Parser(std::string_view text, std::size_t depth_limit, std::size_t depth = 0)
      : text_(text), depth_limit_(depth_limit), depth_(depth) {}
  Block parse_all();

 private:
  enum class Ending { text, end, otherwise, otherwise_if };
  /// Statements up to what ends them; the ending directive has been consumed.
  Block block(Ending& ending);
  std::optional<Ending> directive(Block& out);
  void hash(Block& out, std::optional<Ending>& ending);
  void dollar(Block& out);
  void backslashes(Block& out);
  void set(Block& out);
  void choose(Block& out);
  void foreach (Block& out);
  void define(Block& out);
  std::string_view keyword_at(std::size_t at, std::size_t& after) const;
  bool opens_parenthesis(std::size_t at) const;
  void swallow_line_end();
  void append_text(Block& out, std::string_view text);

  // expression_parser.cpp
  std::unique_ptr<Reference> reference();  ///< at '$'; nothing, and no movement, when it is text
  void accesses(Reference& out);
  ExpressionPtr expression();
  ExpressionPtr binary(int level);
  ExpressionPtr unary();
  ExpressionPtr primary();
  ExpressionPtr number();
  ExpressionPtr quoted();
  ExpressionPtr list_or_range();
  ExpressionPtr map();
  std::vector<ExpressionPtr> arguments(char close);
  std::optional<Expression::Kind> operator_at(int level);
  std::string identifier();
  void skip_space();
  void expect(char c);
  bool take(char c);
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  [[noreturn]] void fail(const std::string& why) const;

  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) {
      if (++parser.depth_ > parser.depth_limit_) parser.fail("nested too deeply");
    }
    ~Deeper() { --parser.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    Parser& parser;
  };

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_limit_;
  std::size_t depth_;
  bool after_markup_ =
      true;  // the last thing was a directive, a reference or the start: blanks before #set vanish
};

}  // namespace puddle::vtl
