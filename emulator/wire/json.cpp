#include "wire/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "wire/json_reader.hpp"

namespace puddle::wire {
namespace {

/// Builds a Value from the parser's events. Returning false stops the parser.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(JsonLimits limits) : limits_(limits) {}
  bool null() override { return add(Value()); }
  bool boolean(bool v) override { return add(v); }
  bool number_integer(std::int64_t v) override { return add(v); }
  bool number_unsigned(std::uint64_t v) override {
    if (v > static_cast<std::uint64_t>(INT64_MAX)) return add(static_cast<double>(v));
    return add(static_cast<std::int64_t>(v));
  }
  bool number_float(double v, const std::string&) override {
    if (!std::isfinite(v)) return fail("number out of range");
    return add(v);
  }
  bool string(std::string& v) override { return add(Value(std::move(v))); }
  bool binary(nlohmann::json::binary_t&) override { return fail("binary"); }
  bool start_object(std::size_t) override { return open(Value(Map())); }
  bool key(std::string& v) override {
    key_ = std::move(v);
    return true;
  }
  bool end_object() override {
    drop_duplicates(stack_.back()->map());
    return close();
  }
  bool start_array(std::size_t) override { return open(Value(List())); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
    return fail(e.what());
  }

  Value root;
  std::string error;

 private:
  bool fail(std::string why) {
    error = std::move(why);
    return false;
  }
  Value* place(Value v) {
    if (stack_.empty()) {
      root = std::move(v);
      return &root;
    }
    Value& parent = *stack_.back();
    if (parent.is_list()) return &parent.list().emplace_back(std::move(v));
    Map& map = parent.map();
    map.add(std::move(key_), std::move(v));
    return &(map.end() - 1)->second;
  }
  bool add(Value v) {
    place(std::move(v));
    return true;
  }
  bool open(Value v) {
    if (stack_.size() >= limits_.max_depth) return fail("nested too deeply");
    stack_.push_back(place(std::move(v)));
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }

  JsonLimits limits_;
  std::vector<Value*> stack_;  // a container does not move while a child of it is open
  std::string key_;
};

void append_real(std::string& out, double d) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, d).ptr;
  out.append(buffer, end);
  if (std::find_if(buffer, end, [](char c) { return c == '.' || c == 'e'; }) == end) out += ".0";
}

void append_time(std::string& out, Time t) {
  const std::int64_t ms = to_millis(t);
  out += std::to_string(ms / 1000);
  if (ms % 1000 == 0) return;
  std::string fraction = std::to_string(1000 + std::abs(ms % 1000)).substr(1);
  while (fraction.ends_with('0')) fraction.pop_back();
  out += "." + fraction;
}

void append_pretty(std::string& out, const Value& v, std::size_t indent) {
  const std::string pad(indent + 2, ' ');
  if (v.is_map() && !v.map().empty()) {
    const char* separator = "{\n";
    for (const auto& [name, member] : v.map()) {
      out += separator;
      out += pad;
      append_json_string(out, name);
      out += ": ";
      append_pretty(out, member, indent + 2);
      separator = ",\n";
    }
    out += "\n" + std::string(indent, ' ') + "}";
  } else if (v.is_list() && !v.list().empty()) {
    const char* separator = "[\n";
    for (const Value& item : v.list()) {
      out += separator;
      out += pad;
      append_pretty(out, item, indent + 2);
      separator = ",\n";
    }
    out += "\n" + std::string(indent, ' ') + "]";
  } else {
    append_json(out, v);
  }
}

}  // namespace

Result<Value> parse_json(std::string_view text, JsonLimits limits) {
  if (Value read; JsonReader(text, limits).read(read)) return read;
  return judge_json(text, limits);
}

std::optional<Map> parse_json_partly(std::string_view text,
                                     const std::function<bool(std::string_view)>& wanted) {
  Map out;
  if (!JsonReader(text, {}).read_partly(out, wanted)) return std::nullopt;
  return out;
}

Result<Value> judge_json(std::string_view text, JsonLimits limits) {
  Builder builder(limits);
  const bool good = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (!good) return Failure(builder.error);
  return std::move(builder.root);
}

void append_json(std::string& out, const Value& v) {
  switch (v.kind()) {
    case Value::Kind::null:
      out += "null";
      break;
    case Value::Kind::boolean:
      out += v.boolean() ? "true" : "false";
      break;
    case Value::Kind::integer: {
      char buffer[24];
      out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v.integer()).ptr);
      break;
    }
    case Value::Kind::real:
      append_real(out, v.real());
      break;
    case Value::Kind::text:
      append_json_string(out, v.text());
      break;
    case Value::Kind::bytes:
      append_json_string(out, base64(v.bytes().data));
      break;
    case Value::Kind::time:
      append_time(out, v.time());
      break;
    case Value::Kind::raw:
      out += v.raw().json;
      break;
    case Value::Kind::list: {
      char separator = '[';
      for (const Value& item : v.list()) {
        out += separator;
        append_json(out, item);
        separator = ',';
      }
      out += v.list().empty() ? "[]" : "]";
      break;
    }
    case Value::Kind::map: {
      char separator = '{';
      for (const auto& [name, member] : v.map()) {
        out += separator;
        append_json_string(out, name);
        out += ':';
        append_json(out, member);
        separator = ',';
      }
      out += v.map().empty() ? "{}" : "}";
      break;
    }
  }
}

std::string to_json(const Value& v) {
  std::string out;
  append_json(out, v);
  return out;
}

std::string to_pretty_json(const Value& v) {
  std::string out;
  append_pretty(out, v, 0);
  return out;
}

}  // namespace puddle::wire
