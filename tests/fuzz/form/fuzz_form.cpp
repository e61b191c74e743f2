// Any bytes as a form of the Query protocol, decoded by a shape with every kind of member.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "wire/codec.hpp"
#include "wire/validate.hpp"

namespace {

using puddle::wire::optional;
using puddle::wire::Shape;

struct Inner {
  std::optional<std::string> text;
  std::optional<puddle::Bytes> blob;
  static Shape shape() { return {optional<&Inner::text>("Text"), optional<&Inner::blob>("Blob")}; }
};
struct Input {
  std::optional<std::string> text;
  std::optional<std::int64_t> number;
  std::optional<bool> flag;
  std::optional<puddle::Time> when;
  std::vector<Inner> list;
  std::vector<std::string> flat;
  std::map<std::string, Inner> map;
  static Shape shape() {
    return {optional<&Input::text>("Text", {.max = 10}),
            optional<&Input::number>("Number", {.min = 0, .max = 5}),
            optional<&Input::flag>("Flag"),
            optional<&Input::when>("When"),
            optional<&Input::list>("List"),
            optional<&Input::flat>("Flat", {.max = 3, .flattened = true}),
            optional<&Input::map>("Map")};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Shape shape = Input::shape();
  static const auto codec = [] {
    puddle::wire::ServiceWire service;
    service.name = "sns";
    return puddle::wire::make_codec(service, puddle::wire::Protocol::query);
  }();
  puddle::HttpRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body.assign(reinterpret_cast<const char*>(data), size);
  puddle::wire::Binding binding;
  binding.operation = "Fuzz";
  binding.input = &shape;
  const auto value = codec->decode(request, binding, {});
  if (!value) return 0;
  // As the dispatcher does: only what has no violation reaches a handler.
  if (puddle::wire::violations(*value, shape).empty()) puddle::wire::read_struct<Input>(*value, shape);
  return 0;
}
