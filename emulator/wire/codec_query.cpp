#include "wire/codec_query.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "wire/convert.hpp"
#include "wire/json.hpp"

namespace puddle::wire {
namespace {

constexpr int kMaxDepth = 20;

/// Form parameters by name, and the shape-driven reading of them. Indices name members, they allocate
/// nothing.
class FormReader {
 public:
  explicit FormReader(const Parameters& form) {
    for (const auto& [name, value] : form) values_.emplace(name, value);
  }
  std::string error;

  Value structure(const Shape& shape, const std::string& prefix, int depth) {
    Map out;
    for (const Field& f : shape.fields) {
      Value v = member(f.type, f.traits, prefix + std::string(f.wire_name()), depth);
      if (v.is_null() && f.wire_name() != f.name) v = member(f.type, f.traits, prefix + f.name, depth);
      if (!v.is_null()) out.add(f.name, std::move(v));
    }
    return Value(std::move(out));
  }

 private:
  bool present(const std::string& prefix) const {
    const auto it = values_.lower_bound(prefix + ".");
    return it != values_.end() && it->first.starts_with(prefix + ".");
  }

  Value member(const TypeInfo& type, const Traits& traits, const std::string& name, int depth) {
    if (depth > kMaxDepth) return {};
    if (type.type == Type::list) return list(type, traits, name, depth);
    if (type.type == Type::map) return map(type, traits, name, depth);
    if (type.type == Type::structure)
      return present(name) ? structure(*type.structure, name + ".", depth + 1) : Value();
    const auto it = values_.find(name);
    if (it == values_.end()) return {};
    Value out;
    if (!convert_text(it->second, type, traits, out)) {
      if (error.empty()) error = "Unable to parse the value '" + it->second.substr(0, 100) + "' of " + name;
      return {};
    }
    return out;
  }

  /// The indices below the prefix, in order: "Name.member.2.Key" has 2.
  std::vector<std::int64_t> indices(const std::string& prefix) const {
    std::vector<std::int64_t> out;
    for (auto it = values_.lower_bound(prefix); it != values_.end() && it->first.starts_with(prefix); ++it) {
      const std::string_view rest = std::string_view(it->first).substr(prefix.size());
      if (const auto n = parse_int(rest.substr(0, rest.find('.'))); n && *n > 0) out.push_back(*n);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  Value list(const TypeInfo& type, const Traits& traits, const std::string& name, int depth) {
    const std::string item = traits.item_name.empty() ? "member" : std::string(traits.item_name);
    std::vector<std::string> prefixes{name + ".member."};
    if (traits.flattened)
      prefixes.insert(prefixes.begin(), name + ".");
    else if (item != "member")
      prefixes.insert(prefixes.begin(), name + "." + item + ".");
    const Traits none;
    const Traits& each = traits.each.empty() ? none : traits.each[0];
    for (const std::string& prefix : prefixes) {
      const auto found = indices(prefix);
      if (found.empty()) continue;
      List out;
      for (const std::int64_t i : found)
        out.push_back(member(*type.element, each, prefix + std::to_string(i), depth + 1));
      return Value(std::move(out));
    }
    const auto it = values_.find(name);
    return it != values_.end() && it->second.empty() ? Value(List()) : Value();
  }

  Value map(const TypeInfo& type, const Traits& traits, const std::string& name, int depth) {
    const std::string key = traits.key_name.empty() ? "key" : std::string(traits.key_name);
    const std::string value = traits.value_name.empty() ? "value" : std::string(traits.value_name);
    const Traits none;
    const Traits& each = traits.each.empty() ? none : traits.each[0];
    for (const std::string& prefix : {name + (traits.flattened ? "." : ".entry."), name + ".entry."}) {
      const auto found = indices(prefix);
      if (found.empty()) continue;
      Map out;
      for (const std::int64_t i : found) {
        const std::string entry = prefix + std::to_string(i) + ".";
        const auto k = values_.find(entry + key);
        if (k == values_.end()) continue;
        Value v = member(*type.element, each, entry + value, depth + 1);
        if (!v.is_null()) out[k->second] = std::move(v);
      }
      return Value(std::move(out));
    }
    return {};
  }

  std::map<std::string, std::string> values_;
};

std::string text_of(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::text:
      return xml_escape(v.text());
    case Value::Kind::bytes:
      return base64(v.bytes().data);
    case Value::Kind::time:
      return iso8601(v.time());
    case Value::Kind::boolean:
      return v.boolean() ? "true" : "false";
    case Value::Kind::null:
      return {};
    default:
      return xml_escape(to_json(v));
  }
}

class XmlWriter {
 public:
  explicit XmlWriter(std::string& out) : out_(out) {}

  void structure(const Value& v, const Shape& shape) {
    for (const Field& f : shape.fields)
      if (const Value* m = v.find(f.name); m && !m->is_null()) member(f.wire_name(), *m, f.type, f.traits);
  }

 private:
  void open(std::string_view name) { out_.append("<").append(name).append(">"); }
  void close(std::string_view name) { out_.append("</").append(name).append(">"); }

  void member(std::string_view name, const Value& v, const TypeInfo& type, const Traits& traits) {
    const Traits none;
    const Traits& each = traits.each.empty() ? none : traits.each[0];
    if (type.type == Type::list && v.is_list()) {
      if (!traits.flattened) open(name);
      const std::string_view item = traits.item_name.empty() ? "member" : traits.item_name;
      for (const Value& e : v.list()) member(traits.flattened ? name : item, e, *type.element, each);
      if (!traits.flattened) close(name);
      return;
    }
    if (type.type == Type::map && v.is_map()) {
      if (!traits.flattened) open(name);
      for (const auto& [key, e] : v.map()) {
        open(traits.flattened ? name : "entry");
        const std::string_view key_name = traits.key_name.empty() ? "key" : traits.key_name;
        open(key_name);
        out_ += xml_escape(key);
        close(key_name);
        member(traits.value_name.empty() ? "value" : traits.value_name, e, *type.element, each);
        close(traits.flattened ? name : "entry");
      }
      if (!traits.flattened) close(name);
      return;
    }
    open(name);
    if (type.type == Type::structure)
      structure(v, *type.structure);
    else
      out_ += text_of(v);
    close(name);
  }

  std::string& out_;
};

std::string result_name(const Binding& b) {
  return b.result_wrapper.empty() ? std::string(b.operation) + "Result" : std::string(b.result_wrapper);
}

/// A value of the old JSON form: members sorted, absent ones null.
Value sorted(const Value& v, const Shape& shape) {
  std::map<std::string, Value> members;
  for (const Field& f : shape.fields) {
    const Value* m = v.find(f.name);
    if (!m)
      members[f.name] = Value();
    else if (f.type.type == Type::structure && m->is_map())
      members[f.name] = sorted(*m, *f.type.structure);
    else
      members[f.name] = *m;
  }
  Map out;
  for (auto& [name, member] : members) out.add(name, std::move(member));
  return Value(std::move(out));
}

}  // namespace

Decoded QueryCodec::decode(const HttpRequest& request, const Binding& binding, const Parameters&) const {
  Fault fault;
  fault.code = "MalformedQueryString";
  fault.message = "The query string has too many parameters.";
  auto form = parse_query(request.body);
  auto query = parse_query(request.query());
  if (!form || !query) return fault;
  for (auto& p : *query) form->push_back(std::move(p));
  for (const auto& [name, value] : *form)
    if (!valid_utf8(name) || !valid_utf8(value)) {
      fault.message = "The query string contains invalid UTF-8.";
      return fault;
    }
  FormReader reader(*form);
  Value out = reader.structure(*binding.input, "", 0);
  if (!reader.error.empty()) {
    fault.code = "MalformedInput";
    fault.message = reader.error;
    return fault;
  }
  // Old clients and API Gateway post to the queue's own URL and leave the parameter out.
  if (service_.query_compatible && request.path().size() > 1 && binding.input->find("QueueUrl") &&
      !out.find("QueueUrl"))
    out.map().add("QueueUrl", request.path());
  return out;
}

HttpResponse QueryCodec::encode(const Value& output, const Binding& binding,
                                std::string_view request_id) const {
  HttpResponse response;
  std::string& out = response.body;
  if (service_.query_compatible) out += "<?xml version=\"1.0\"?>";
  const std::string name(binding.operation);
  out += "<" + name + "Response xmlns=\"" + std::string(service_.xml_namespace) + "\">";
  if (!binding.output->fields.empty()) {
    const std::string wrapper = result_name(binding);
    out += "<" + wrapper + ">";
    const std::size_t opened = out.size();
    XmlWriter writer(out);
    writer.structure(output, *binding.output);
    // SQS, as recorded: <ReceiveMessageResult/>
    if (service_.query_compatible && out.size() == opened)
      out.replace(opened - 1, 1, "/>");
    else
      out += "</" + wrapper + ">";
  }
  out += "<ResponseMetadata><RequestId>" + std::string(request_id) + "</RequestId></ResponseMetadata></" +
         name + "Response>";
  response.headers.add("Content-Type", "text/xml");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

HttpResponse QueryCodec::encode_error(const Fault& fault, std::string_view request_id) const {
  HttpResponse response;
  response.status = fault.status;
  std::string& out = response.body;
  if (service_.query_compatible) out += "<?xml version=\"1.0\"?>";
  out += "<ErrorResponse xmlns=\"" + std::string(service_.xml_namespace) + "\"><Error><Type>" +
         (fault.sender ? "Sender" : "Receiver") + "</Type><Code>" +
         xml_escape(fault.query_code.empty() ? fault.code : fault.query_code) + "</Code><Message>" +
         xml_escape(fault.message) + "</Message>" + (service_.query_compatible ? "<Detail/>" : "") +
         "</Error><RequestId>" + std::string(request_id) + "</RequestId></ErrorResponse>";
  response.headers.add("Content-Type", "text/xml");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

HttpResponse QueryJsonCodec::encode(const Value& output, const Binding& binding,
                                    std::string_view request_id) const {
  Map inner;
  inner.add("ResponseMetadata", Map{{"RequestId", Value(request_id)}});
  if (!binding.output->fields.empty()) inner.add(result_name(binding), sorted(output, *binding.output));
  HttpResponse response;
  append_json(response.body, Map{{std::string(binding.operation) + "Response", Value(std::move(inner))}});
  response.headers.add("Content-Type", "application/json");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

HttpResponse QueryJsonCodec::encode_error(const Fault& fault, std::string_view request_id) const {
  Map error;
  error.add("Code", fault.query_code.empty() ? fault.code : fault.query_code);
  error.add("Message", fault.message);
  error.add("Type", fault.sender ? "Sender" : "Receiver");
  HttpResponse response;
  response.status = fault.status;
  append_json(response.body, Map{{"Error", Value(std::move(error))}, {"RequestId", Value(request_id)}});
  response.headers.add("Content-Type", "application/json");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

}  // namespace puddle::wire
