// Prefixes of text: the same as byte by byte, wherever the special byte stands.
#include <catch2/catch.hpp>

#include <string>

#include "base/scan.hpp"
#include "base/text.hpp"

using namespace puddle;

TEST_CASE("a prefix ends at the first special byte") {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string plain(size, 'a');
    CHECK(plain_prefix(plain) == size);
    CHECK(printable_prefix(plain) == size);
    for (std::size_t at = 0; at < size; ++at)
      for (const char c : {'\0', '\x1F', '"', '\\', '\x80', '\xFF', ' ', '~', '\x7F'}) {
        std::string text = plain;
        text[at] = c;
        const bool printable = static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80;
        const bool special = !printable || c == '"' || c == '\\';
        REQUIRE(plain_prefix(text) == (special ? at : size));
        REQUIRE(printable_prefix(text) == (printable ? size : at));
      }
  }
}

TEST_CASE("JSON strings escape what must be, and nothing else") {
  std::string out;
  append_json_string(
      out, std::string("plain \"quoted\" back\\slash \n\t\b\f\r \x01 \x1f \x7f \xC3\xA9 \xF0\x9F\x98\x80"));
  CHECK(out ==
        "\"plain \\\"quoted\\\" back\\\\slash \\n\\t\\b\\f\\r \\u0001 \\u001f \x7f \xC3\xA9 "
        "\xF0\x9F\x98\x80\"");
}
