// $input, $util and $context.
#include <array>

#include "base/text.hpp"
#include "languages/vtl/jsonpath.hpp"
#include "languages/vtl/renderer.hpp"
#include "wire/json.hpp"

namespace puddle::vtl {
namespace {

constexpr std::array<std::string_view, 3> kPlaces{"path", "querystring", "header"};

/// Java's escapeJavaScript: quotes, backslashes, slashes and everything that is not printable ASCII.
std::string escape_javascript(std::string_view s) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  const auto unit = [&](std::uint32_t u) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(u >> shift) & 15U];
  };
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    switch (c) {
      case '\'':
        out += "\\'";
        continue;
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '/':
        out += "\\/";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      default:
        break;
    }
    if (c >= 0x20 && c < 0x7F) {
      out += s[i];
      continue;
    }
    const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    std::uint32_t point = more == 3 ? c & 0x07U : more == 2 ? c & 0x0FU : more == 1 ? c & 0x1FU : c;
    for (int k = 0; k < more && i + 1 < s.size(); ++k)
      point = (point << 6U) | (static_cast<unsigned char>(s[++i]) & 0x3FU);
    if (point >= 0x10000) {
      unit(0xD800 + ((point - 0x10000) >> 10U));
      unit(0xDC00 + ((point - 0x10000) & 0x3FFU));
    } else {
      unit(point);
    }
  }
  return out;
}

/// Java's URLEncoder: a blank is '+', and . - * _ stay.
std::string java_url_encode(std::string_view s) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(s.size() + s.size() / 4);
  for (const char c : s) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '*' || c == '_';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kDigits[u >> 4U];
      out += kDigits[u & 15U];
    }
  }
  return out;
}

}  // namespace

const wire::Value* Renderer::body_json() {
  if (!body_parsed_) {
    body_parsed_ = true;
    heap_.spend(inputs_.body.size());
    if (auto parsed = wire::parse_json(inputs_.body)) body_json_ = std::move(*parsed);
  }
  return body_json_ ? &*body_json_ : nullptr;
}

Object Renderer::input_method(const std::string& name, std::vector<Object>& arguments) {
  if (name == "params" && arguments.size() <= 1) return input_params(arguments);
  if ((name != "json" && name != "path") || arguments.size() != 1) return Nothing{};
  const std::string expression = text(arguments[0]);
  const auto path = JsonPath::parse(expression);
  if (!path) throw RenderError{path.error().message};
  const bool json = name == "json";
  const wire::Value* root = body_json();
  if (!root) return json ? Object(std::string("\"\"")) : Object(Nothing{});
  bool found = false;
  const wire::Value value = value_at(*root, *path, &found);
  if (!json) return found ? heap_.from(value) : Object(Nothing{});
  std::string out = found ? wire::to_json(value) : std::string("\"\"");
  heap_.spend(out.size());
  return out;
}

Object Renderer::input_params(std::vector<Object>& arguments) {
  if (!params_) params_ = heap_.from(wire::Value(inputs_.params ? inputs_.params() : wire::Map()));
  if (arguments.empty()) return *params_;
  const std::string name = text(arguments[0]);
  for (const std::string_view place : kPlaces) {
    Object found = property(property(*params_, place), name);
    if (!is_nothing(found)) return found;
  }
  return Nothing{};
}

Object Renderer::util_method(const std::string& name, std::vector<Object>& arguments) {
  if (arguments.size() != 1) return Nothing{};
  const std::string s = text(arguments[0]);
  heap_.spend(3 * s.size());
  if (name == "urlEncode") return java_url_encode(s);
  if (name == "urlDecode") return url_decode(s, Plus::space);
  if (name == "escapeJavaScript") return escape_javascript(s);
  if (name == "base64Encode") return base64(s);
  if (name == "base64Decode") {
    auto decoded = from_base64(s);
    if (!decoded) throw RenderError{"base64Decode: not base64."};
    return std::move(*decoded);
  }
  if (name == "parseJson") {
    const auto parsed = wire::parse_json(s);
    if (!parsed) throw RenderError{"parseJson: not JSON."};
    return heap_.from(*parsed);
  }
  return Nothing{};
}

void Renderer::load_context() {
  if (context_) return;
  context_ = heap_.from(wire::Value(inputs_.context ? inputs_.context() : wire::Map()));
  MapObject& context = *std::get<MapObject*>(*context_);
  for (const std::string_view name : {"requestOverride", "responseOverride"}) {
    const wire::Value* given = inputs_.overrides ? inputs_.overrides->find(name) : nullptr;
    Object overrides = heap_.from(given && given->is_map() ? *given : wire::Value(wire::Map()));
    MapObject& map = *std::get<MapObject*>(overrides);
    const bool request = name == "requestOverride";
    for (const std::string_view part : {"path", "header", "querystring"})
      if ((request || part == "header") && !map.find(part))
        map.entries.emplace_back(std::string(part), heap_.map());
    for (auto& [key, value] : map.entries)
      if (auto* const* inner = std::get_if<MapObject*>(&value)) (*inner)->hidden = true;
    if (Object* slot = context.find(name))
      *slot = overrides;
    else
      context.entries.emplace_back(std::string(name), overrides);
  }
  for (auto& [key, value] : context.entries)
    if (auto* const* inner = std::get_if<MapObject*>(&value)) (*inner)->hidden = true;
}

void Renderer::save_overrides() {
  if (!context_ || !inputs_.overrides) return;
  for (const std::string_view name : {"requestOverride", "responseOverride"}) {
    const Object value = property(*context_, name);
    if (std::holds_alternative<MapObject*>(value)) (*inputs_.overrides)[name] = to_value(value);
  }
}

}  // namespace puddle::vtl
