#include "services/lambda/resource_calls.hpp"

#include "aws/resource_call.hpp"
#include "base/text.hpp"

namespace puddle::lambda {

using wire::Map;

Task<void> remove_resource(ResourceRequest r, std::string operation, Map input) {
  try {
    ClientCall call = resource_call(r, "lambda", std::move(operation), std::move(input));
    Task<Value> work = r.client->call(std::move(call));
    co_await std::move(work);
  } catch (const AwsError& e) {
    if (e.code() != kNotFound.code) throw;
  }
}

Value as_integer(const Value& v) {
  const auto number = v.is_text() ? parse_int(v.text()) : std::nullopt;
  return number ? Value(*number) : v;
}
Value as_number(const Value& v) {
  const auto number = v.is_text() ? parse_double(v.text()) : std::nullopt;
  return number ? Value(*number) : v;
}
Value as_flag(const Value& v) { return v.is_text() ? Value(v.text() == "true") : v; }
Value as_text(const Value& v) {
  if (v.kind() == Value::Kind::integer) return Value(std::to_string(v.integer()));
  if (v.kind() == Value::Kind::boolean) return Value(v.boolean() ? "true" : "false");
  return v;
}

}  // namespace puddle::lambda
