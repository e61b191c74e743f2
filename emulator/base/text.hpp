// Text: pure helpers over strings. No locale, no allocation surprises, no exceptions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puddle {

std::vector<std::string_view> split(std::string_view text, char separator);
/// Splits at the first separator; nothing when there is none.
std::optional<std::pair<std::string_view, std::string_view>> cut(std::string_view text,
                                                                 std::string_view separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
/// Standard alphabet with padding; nothing on any other character or length.
std::optional<std::string> from_base64(std::string_view text);
/// Percent-encodes all but RFC 3986 unreserved characters (and '/' when kept).
enum class Slash { encode, keep };
std::string url_encode(std::string_view text, Slash slash = Slash::encode);
/// Lenient: a '%' that is not followed by two hex digits stays as it is.
enum class Plus { keep, space };
std::string url_decode(std::string_view text, Plus plus = Plus::keep);

bool valid_utf8(std::string_view text);
/// Appends a code point as UTF-8.
void append_utf8(std::string& out, std::uint32_t code_point);
/// Decimal integer, whole text, optional '-'; nothing on overflow or anything else.
std::optional<std::int64_t> parse_int(std::string_view text);
/// Whole text as a finite double; nothing otherwise.
std::optional<double> parse_double(std::string_view text);
/// Text for XML content: & < > " ' and control characters escaped.
std::string xml_escape(std::string_view text);
/// Appends text as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);
/// Glob match with '*' and '?', as IAM resources and filters use.
bool wildcard_match(std::string_view pattern, std::string_view text);

}  // namespace puddle
