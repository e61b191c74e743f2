// Lexer of PartiQL: a cursor over the statement. Internal to partiql.
#pragma once
#include <string>
#include <string_view>

namespace puddle::partiql {

struct Token {
  enum class Kind { end, word, quoted, text, number, sign };
  Kind kind = Kind::end;
  std::string text;                ///< quotes removed
  std::size_t begin = 0, end = 0;  ///< where it stands in the statement
};

/// Throws the error that every malformed statement gets; AWS says no why when it cannot even read a token.
[[noreturn]] void malformed(const std::string& why);

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();
  /// A table's or index's name: quoted, or as far as its characters go. Missing: why there is none.
  Token next_name(const char* missing);
  /// "line:column:length" of a token, in characters, as messages have it.
  std::string position(const Token& token) const;

 private:
  void skip_blanks();
  Token read();
  Token quoted(char quote);
  Token number();
  Token sign();
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace puddle::partiql
