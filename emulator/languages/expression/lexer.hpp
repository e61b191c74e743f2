// Lexer: expression text -> tokens. It accepts anything; a character that begins no token is a token that no
// grammar wants.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace puddle::expression {

struct Token {
  enum class Kind { end, word, name, value, integer, sign, stray };
  Kind kind = Kind::end;
  std::size_t begin = 0, end = 0;
  std::string_view text;  ///< a part of the expression
};

/// Ends with a token of kind end.
std::vector<Token> tokenise(std::string_view text);

bool is_reserved(std::string_view word);

}  // namespace puddle::expression
