// What is wrong with a text that is no JSON, in the words of Jackson, which Lambda reads payloads with. Pure.
#pragma once
#include <string>
#include <string_view>

namespace puddle::lambda {

/// "Unexpected character ('a' (code 97)): ...\n at [Source: REDACTED (...); line: 1, column: 1]". UTF-8
/// whatever the text is. For texts that a parser has refused already.
std::string json_problem(std::string_view text);

}  // namespace puddle::lambda
