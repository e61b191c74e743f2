#include "languages/partiql/lexer.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "languages/expression/error.hpp"

namespace puddle::partiql {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

bool fits(std::int64_t n) { return n >= INT32_MIN && n <= INT32_MAX; }

}  // namespace

void malformed(const std::string& why) {
  throw expression::Error{"Statement wasn't well formed, can't be processed: " + why};
}

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const std::string_view rest = text_.substr(at_);
    if (is_blank(rest[0])) {
      ++at_;
    } else if (rest.starts_with("--")) {
      const std::size_t end = rest.find('\n');
      at_ = end == std::string_view::npos ? text_.size() : at_ + end + 1;
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      if (end == std::string_view::npos) malformed("");
      at_ += end + 2;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks();
  const std::size_t begin = at_;
  Token out = read();
  out.begin = begin;
  out.end = at_;
  return out;
}

Token Lexer::read() {
  if (at_ == text_.size()) return {};
  const char c = text_[at_];
  if (c == '\'' || c == '"') return quoted(c);
  if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
  if (!is_letter(c)) return sign();
  const std::size_t begin = at_;
  while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
  return {Token::Kind::word, std::string(text_.substr(begin, at_ - begin))};
}

std::string Lexer::position(const Token& token) const {
  const auto characters = [](std::string_view text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  };
  const std::string_view before = text_.substr(0, token.begin);
  const std::size_t line = before.rfind('\n');
  const std::string_view in_line = line == std::string_view::npos ? before : before.substr(line + 1);
  return std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + ":" +
         std::to_string(1 + characters(in_line)) + ":" +
         std::to_string(characters(text_.substr(token.begin, token.end - token.begin)));
}

Token Lexer::next_name(const char* missing) {
  skip_blanks();
  const std::size_t begin = at_;
  if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return quoted(text_[at_]);
  while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '-')) ++at_;
  if (at_ == begin || iequals(text_.substr(begin, at_ - begin), "WHERE")) malformed(missing);
  return {Token::Kind::word, std::string(text_.substr(begin, at_ - begin))};
}

Token Lexer::quoted(char quote) {
  Token out{quote == '"' ? Token::Kind::quoted : Token::Kind::text, {}};
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == quote) {
      ++at_;
      if (at_ == text_.size() || text_[at_] != quote) return out;
    }
    out.text += text_[at_];
  }
  malformed("");
}

Token Lexer::number() {
  const std::size_t begin = at_;
  const auto digits = [&] {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  };
  digits();
  std::int64_t fraction = 0;
  if (at_ < text_.size() && text_[at_] == '.') {
    const std::size_t point = ++at_;
    digits();
    fraction = static_cast<std::int64_t>(at_ - point);
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    const std::size_t power = ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    digits();
    // The service's decimals have a scale of 32 bits: digits behind the point less the exponent.
    std::string_view digits_of = text_.substr(power, at_ - power);
    if (digits_of.starts_with('+')) digits_of.remove_prefix(1);
    const auto exponent = parse_int(digits_of);
    if (!exponent || !fits(*exponent) || !fits(fraction - *exponent)) malformed("");
  }
  return {Token::Kind::number, std::string(text_.substr(begin, at_ - begin))};
}

Token Lexer::sign() {
  const std::string_view two = text_.substr(at_, 2);
  if (two == "<>" || two == "<=" || two == ">=" || two == "!=" || two == "<<" || two == ">>") {
    at_ += 2;
    return {Token::Kind::sign, std::string(two)};
  }
  if (std::string_view("=<>()[]{},.:;*?+-").find(text_[at_]) == std::string_view::npos) malformed("");
  return {Token::Kind::sign, std::string(1, text_[at_++])};
}

}  // namespace puddle::partiql
