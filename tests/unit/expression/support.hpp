// Short names for the tests of the expression language.
#pragma once
#include <string>

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
#include "languages/expression/expression.hpp"
#include "wire/json.hpp"

namespace puddle::expression::test {

using wire::List;
using wire::Map;
using wire::Value;

/// JSON with single quotes.
inline Value json(std::string text) {
  for (char& c : text)
    if (c == '\'') c = '"';
  return wire::parse_json(text).value();
}
inline Map item(const std::string& text) { return json(text).map(); }

/// What the call throws; empty when it does not.
template <class F>
std::string error_of(F&& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.message;
  }
  return "";
}

}  // namespace puddle::expression::test
