// Any text as each of the three expressions, bound to a few placeholders and applied to an item: an Error or
// a result, and what an update leaves is still an item.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "languages/expression/attribute.hpp"
#include "languages/expression/expression.hpp"
#include "wire/json.hpp"

using namespace puddle::expression;
using puddle::wire::Map;
using puddle::wire::Value;

namespace {

Value json(std::string_view text) { return puddle::wire::parse_json(text).value(); }

const char* const kItem =
    R"({"a":{"N":"5"},"s":{"S":"hello"},"b":{"B":"aGk="},"l":{"L":[{"S":"x"},{"M":{"k":{"N":"1"}}},{"NULL":true}]},
"m":{"M":{"k":{"S":"v"},"l":{"L":[{"N":"1"}]}}},"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"f":{"BOOL":true}})";
const char* const kNames = R"({"#a":"a","#l":"l","#m":"m"})";
const char* const kValues =
    R"({":s":{"S":"he"},":n":{"N":"2"},":l":{"L":[{"N":"2"}]},":x":{"SS":["b","c"]},":y":{"NS":["2"]},":t":{"BOOL":true}})";

template <class F>
void quietly(F&& call) {
  try {
    call();
  } catch (const Error& e) {
    if (e.message.empty()) __builtin_trap();
  }
}

void check(const Map& item) {
  for (const auto& entry : item) {
    type_of(entry.second);
    size_of(entry.second);
    to_message(entry.second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Value item = json(kItem), names = json(kNames), values = json(kValues);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  quietly([&] {
    Placeholders placeholders(names, values);
    const Condition condition(parse_condition(text, "ConditionExpression"), placeholders,
                              "ConditionExpression");
    condition.holds(item.map());
    condition.holds(Map{});
  });
  quietly([&] {
    Placeholders placeholders(names, values);
    KeyConditionExpression(parse_condition(text, "KeyConditionExpression"), placeholders).tests();
  });
  quietly([&] {
    Placeholders placeholders(names, values);
    check(Projection(parse_projection(text), placeholders).apply(item.map()));
  });
  quietly([&] {
    Placeholders placeholders(names, values);
    const Update update(parse_update(text), placeholders);
    for (Map changed : {item.map(), Map{}}) {
      quietly([&] {
        update.apply(changed);
        check(changed);
        check(project(changed, update.paths()));
      });
    }
  });
  return 0;
}
