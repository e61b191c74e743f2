#include "languages/partiql/lexer.hpp"

#include "languages/expression/error.hpp"

namespace puddle::partiql {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

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
      if (end == std::string_view::npos) malformed("Unexpected end of comment");
      at_ += end + 2;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_blanks();
  if (at_ == text_.size()) return {};
  const char c = text_[at_];
  if (c == '\'' || c == '"') return quoted(c);
  if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
  if (!is_letter(c)) return sign();
  const std::size_t begin = at_;
  while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
  return {Token::Kind::word, std::string(text_.substr(begin, at_ - begin))};
}

Token Lexer::next_name() {
  skip_blanks();
  const std::size_t begin = at_;
  if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return quoted(text_[at_]);
  while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '-')) ++at_;
  if (at_ == begin) malformed("Expected identifier for simple path");
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
  malformed("Unexpected end of text");
}

Token Lexer::number() {
  const std::size_t begin = at_;
  const auto digits = [&] {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  };
  digits();
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    digits();
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    digits();
  }
  return {Token::Kind::number, std::string(text_.substr(begin, at_ - begin))};
}

Token Lexer::sign() {
  const std::string_view two = text_.substr(at_, 2);
  if (two == "<>" || two == "<=" || two == ">=" || two == "!=" || two == "<<" || two == ">>") {
    at_ += 2;
    return {Token::Kind::sign, std::string(two)};
  }
  if (std::string_view("=<>()[]{},.:;*?+-").find(text_[at_]) == std::string_view::npos)
    malformed("Unexpected character");
  return {Token::Kind::sign, std::string(1, text_[at_++])};
}

}  // namespace puddle::partiql
