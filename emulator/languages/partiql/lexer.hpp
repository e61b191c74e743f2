// Lexer of PartiQL: a cursor over the statement. Internal to partiql.
#pragma once
#include <string>
#include <string_view>

namespace puddle::partiql {

struct Token {
  enum class Kind { end, word, quoted, text, number, sign };
  Kind kind = Kind::end;
  std::string text;  ///< quotes removed
};

/// Throws the error that every malformed statement gets.
[[noreturn]] void malformed(const std::string& why);

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();
  /// A table's or index's name: quoted, or as far as its characters go.
  Token next_name();

 private:
  void skip_blanks();
  Token quoted(char quote);
  Token number();
  Token sign();
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace puddle::partiql
