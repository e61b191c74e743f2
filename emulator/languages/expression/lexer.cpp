#include "languages/expression/lexer.hpp"

#include <algorithm>

namespace puddle::expression {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_part(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

std::size_t end_of(std::string_view text, std::size_t from, bool (*belongs)(char)) {
  while (from < text.size() && belongs(text[from])) ++from;
  return from;
}

Token next(std::string_view text, std::size_t at) {
  const char c = text[at];
  Token out;
  out.begin = at;
  if (is_letter(c)) {
    out.kind = Token::Kind::word;
    out.end = end_of(text, at, is_part);
  } else if (is_digit(c)) {
    out.kind = Token::Kind::integer;
    out.end = end_of(text, at, is_digit);
  } else if ((c == '#' || c == ':') && at + 1 < text.size() && is_part(text[at + 1])) {
    out.kind = c == '#' ? Token::Kind::name : Token::Kind::value;
    out.end = end_of(text, at + 1, is_part);
  } else if (std::string_view("=<>()[].,+-").find(c) != std::string_view::npos) {
    out.kind = Token::Kind::sign;
    const std::string_view two = text.substr(at, 2);
    out.end = at + (two == "<>" || two == "<=" || two == ">=" ? 2 : 1);
  } else {
    out.kind = Token::Kind::stray;
    out.end = at + 1;
    while (out.end < text.size() && (static_cast<unsigned char>(text[out.end]) & 0xC0) == 0x80) ++out.end;
  }
  out.text = text.substr(out.begin, out.end - out.begin);
  return out;
}

}  // namespace

std::vector<Token> tokenise(std::string_view text) {
  std::vector<Token> out;
  std::size_t at = 0;
  while ((at = end_of(text, at, is_blank)) < text.size()) {
    out.push_back(next(text, at));
    at = out.back().end;
  }
  out.push_back({Token::Kind::end, text.size(), text.size(), {}});
  return out;
}

}  // namespace puddle::expression
