// Any text as a PartiQL statement, bound to as many parameters as it has and applied to an item: an Error or
// a result.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
#include "languages/expression/expression.hpp"
#include "languages/partiql/partiql.hpp"
#include "wire/json.hpp"

using namespace puddle;
using wire::List;
using wire::Map;
using wire::Value;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Value item =
      wire::parse_json(
          R"({"a":{"N":"5"},"s":{"S":"hello"},"l":{"L":[{"S":"x"},{"M":{"k":{"N":"1"}}}]},
"m":{"M":{"k":{"S":"v"}}},"ss":{"SS":["a","b"]}})")
          .value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto statement = std::make_shared<const partiql::Statement>(partiql::parse(text));
    const List parameters(statement->parameters, expression::make("S", Value("x")));
    const partiql::Bound bound(statement, parameters, [](Value&) {});
    const auto test = bound.test(bound.conditions());
    test(item.map());
    test(Map{});
    partiql::select(item.map(), statement->projection);
    if (statement->actions.empty()) return 0;
    auto tree = std::make_shared<expression::UpdateTree>();
    tree->actions = statement->actions;
    Map changed = item.map();
    expression::Update(std::move(tree), bound.binding()).apply(changed);
  } catch (const expression::Error& e) {
    if (e.message.empty()) __builtin_trap();
  }
  return 0;
}
