#include "services/lambda/json_problem.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <vector>

namespace puddle::lambda {
namespace {

constexpr std::string_view kSource =
    "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ";
constexpr std::string_view kValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

bool blank(unsigned char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool in_token(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

std::string char_text(unsigned char c) {
  const std::string code = "code " + std::to_string(c);
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return "(CTRL-CHAR, " + code + ")";
  std::string shown(1, static_cast<char>(c));  // Latin-1 as UTF-8
  if (c >= 0x80) shown = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
  return "'" + shown + "' (" + code + ")";
}

/// Walks through the text until something is wrong.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  std::string problem() {
    while (!found_) step();
    return *found_ + "\n at " + place(at_);
  }

 private:
  enum class Next { value, value_or_end, key, key_or_end, colon, comma_or_end };
  struct Open {
    char kind;
    std::size_t at;
  };

  std::string place(std::size_t at) const {
    const std::string_view before = text_.substr(0, std::min(at, text_.size()));
    const std::size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    return std::string(kSource) +
           "line: " + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) +
           ", column: " + std::to_string(at - line_start + 1) + "]";
  }
  void fail(std::string what) { found_ = std::move(what); }
  void unexpected(std::string_view why) {
    fail("Unexpected character (" + char_text(static_cast<unsigned char>(text_[at_])) +
         "): " + std::string(why));
  }

  void step() {
    while (at_ < text_.size() && blank(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (at_ == text_.size()) return at_end();
    const char c = text_[at_];
    const bool end = !open_.empty() && c == (open_.back().kind == '{' ? '}' : ']');
    if (end && (next_ == Next::value_or_end || next_ == Next::key_or_end || next_ == Next::comma_or_end)) {
      open_.pop_back();
      ++at_;
      next_ = Next::comma_or_end;
      return;
    }
    switch (next_) {
      case Next::value:
      case Next::value_or_end:
        return value(c);
      case Next::key:
      case Next::key_or_end:
        if (c != '"') return unexpected("was expecting double-quote to start field name");
        next_ = Next::colon;
        return string();
      case Next::colon:
        if (c != ':') return unexpected("was expecting a colon to separate field name and value");
        next_ = Next::value;
        break;
      case Next::comma_or_end:
        if (open_.empty()) return unexpected("expected the end of the payload");
        if (c != ',')
          return unexpected(std::string("was expecting comma to separate ") +
                            (open_.back().kind == '{' ? "Object" : "Array") + " entries");
        next_ = open_.back().kind == '{' ? Next::key : Next::value;
        break;
    }
    ++at_;
  }

  void at_end() {
    if (open_.empty()) return fail("No content to map due to end-of-input");
    fail(std::string("Unexpected end-of-input: expected close marker for ") +
         (open_.back().kind == '{' ? "Object" : "Array") + " (start marker at " + place(open_.back().at) +
         ")");
  }

  void value(char c) {
    next_ = Next::comma_or_end;
    if (c == '"') return string();
    if (c == '{' || c == '[') {
      open_.push_back({c, at_++});
      next_ = c == '{' ? Next::key_or_end : Next::value_or_end;
      return;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end = std::min(text_.find_first_not_of("+-.eE0123456789", at_), text_.size());
      at_ = end;
      return;
    }
    if (!in_token(byte)) return unexpected("expected a valid value " + std::string(kValue));
    std::size_t end = at_;
    while (end < text_.size() && in_token(static_cast<unsigned char>(text_[end]))) ++end;
    const std::string_view token = text_.substr(at_, end - at_);
    at_ = end;
    if (end < text_.size() && static_cast<unsigned char>(text_[end]) >= 0x80) return bad_utf8();
    if (token == "null" || token == "true" || token == "false") return;
    fail("Unrecognized token '" + std::string(token.substr(0, 256)) + "': was expecting " +
         std::string(kValue));
  }

  void bad_utf8() {
    std::array<char, 8> hex{};
    std::snprintf(hex.data(), hex.size(), "%x", static_cast<unsigned char>(text_[at_]));
    ++at_;  // Jackson stands behind the byte
    fail(std::string("Invalid UTF-8 start byte 0x") + hex.data());
  }

  void string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return;
      }
      if (c == '\\') {
        ++at_;
      } else if (c < 0x20) {
        return fail("Illegal unquoted character (" + char_text(c) +
                    "): has to be escaped using backslash to be included in string value");
      } else if (c >= 0x80 && c < 0xC2) {
        return bad_utf8();
      } else if (c >= 0xC2) {
        at_ += c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
      }
    }
    at_ = text_.size();
    fail("Unexpected end-of-input: was expecting closing quote for a string value");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Next next_ = Next::value;
  std::vector<Open> open_;
  std::optional<std::string> found_;
};

}  // namespace

std::string json_problem(std::string_view text) { return Walk(text).problem(); }

}  // namespace puddle::lambda
