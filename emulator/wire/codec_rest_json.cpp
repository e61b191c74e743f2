#include "wire/codec_rest_json.hpp"

#include "base/text.hpp"
#include "wire/convert.hpp"
#include "wire/json.hpp"

namespace puddle::wire {
namespace {

/// Names of the body are wire names; services know the members' names. Both are the same nearly everywhere.
void rename_members(Value& v, const TypeInfo& type, bool to_wire);

void rename_structure(Value& v, const Shape& shape, bool to_wire) {
  if (!v.is_map()) return;
  for (const Field& f : shape.fields) {
    if (f.traits.at != Location::body) continue;
    const std::string_view from = to_wire ? std::string_view(f.name) : f.wire_name();
    const std::string_view to = to_wire ? f.wire_name() : std::string_view(f.name);
    if (from != to) {
      for (auto& entry : v.map())
        if (entry.first == from) entry.first = std::string(to);
    }
    if (Value* m = v.map().find(to)) rename_members(*m, f.type, to_wire);
  }
}

void rename_members(Value& v, const TypeInfo& type, bool to_wire) {
  if (type.type == Type::structure) rename_structure(v, *type.structure, to_wire);
  if (type.type == Type::list && v.is_list())
    for (Value& item : v.list()) rename_members(item, *type.element, to_wire);
  if (type.type == Type::map && v.is_map())
    for (auto& entry : v.map()) rename_members(entry.second, *type.element, to_wire);
}

const Field* payload_of(const Shape& shape) {
  for (const Field& f : shape.fields)
    if (f.traits.at == Location::payload) return &f;
  return nullptr;
}

std::string plain_text(const Value& v, const Traits& traits) {
  switch (v.kind()) {
    case Value::Kind::text:
      return v.text();
    case Value::Kind::time:
      return traits.time_format == TimeFormat::iso8601 ? iso8601(v.time()) : http_date(v.time());
    default:
      return to_json(v);
  }
}

/// Members from the path, the query string and the headers; the error is AWS's text.
std::string read_outside_body(const HttpRequest& request, const Shape& shape, const Parameters& uri,
                              Map& out) {
  const auto query = parse_query(request.query());
  if (!query) return "Too many query parameters";
  const auto take = [&](const Field& f, const std::string& text) -> std::string {
    Value v;
    if (!convert_text(text, f.type, f.traits, v))
      return "Unable to parse the value '" + text.substr(0, 100) + "' of " + f.name;
    out[f.name] = std::move(v);
    return {};
  };
  for (const Field& f : shape.fields) {
    std::string error;
    if (f.traits.at == Location::uri) {
      for (const auto& [name, value] : uri)
        if (name == f.wire_name()) error = take(f, value);
    } else if (f.traits.at == Location::header) {
      if (const std::string* value = request.headers.find(f.wire_name())) error = take(f, *value);
    } else if (f.traits.at == Location::query_string) {
      List items;
      for (const auto& [name, value] : *query) {
        if (name != f.wire_name()) continue;
        if (f.type.type == Type::list)
          items.emplace_back(value);
        else
          error = take(f, value);
      }
      if (!items.empty()) out[f.name] = Value(std::move(items));
    }
    if (!error.empty()) return error;
  }
  return {};
}

}  // namespace

Decoded RestJsonCodec::decode(const HttpRequest& request, const Binding& binding,
                              const Parameters& uri) const {
  const Shape& shape = *binding.input;
  Value value{Map()};
  if (const Field* payload = payload_of(shape)) {
    if (payload->type.type == Type::blob) {
      value.map().add(payload->name, Bytes(request.body));
    } else if (!request.body.empty()) {
      auto parsed = parse_json(request.body);
      if (!parsed)
        return serialization_fault("Could not parse request body into json: " + parsed.error().message);
      rename_members(*parsed, payload->type, false);
      if (std::string error = convert(*parsed, payload->type, payload->traits); !error.empty())
        return serialization_fault(std::move(error));
      value.map().add(payload->name, std::move(*parsed));
    }
  } else if (!request.body.empty() && request.method != "GET" && request.method != "HEAD") {
    auto parsed = parse_json(request.body);
    if (!parsed)
      return serialization_fault("Could not parse request body into json: " + parsed.error().message);
    if (!parsed->is_map())
      return serialization_fault("Could not parse request body into json: an object is needed");
    rename_structure(*parsed, shape, false);
    if (std::string error = convert_structure(*parsed, shape); !error.empty())
      return serialization_fault(std::move(error));
    value = std::move(*parsed);
    for (const Field& f : shape.fields)  // what belongs elsewhere is not taken from the body
      if (f.traits.at != Location::body) value.map().erase(f.name);
  }
  if (std::string error = read_outside_body(request, shape, uri, value.map()); !error.empty())
    return serialization_fault(std::move(error));
  return value;
}

HttpResponse RestJsonCodec::encode(const Value& output, const Binding& binding,
                                   std::string_view request_id) const {
  HttpResponse response;
  response.status = binding.status;
  const Shape& shape = *binding.output;
  bool json = true, any_body = false;
  Map body;
  for (const Field& f : shape.fields) {
    if (f.traits.at == Location::body) any_body = true;
    const Value* m = output.find(f.name);
    if (!m || m->is_null()) continue;
    switch (f.traits.at) {
      case Location::header:
        response.headers.add(std::string(f.wire_name()), plain_text(*m, f.traits));
        break;
      case Location::headers:
        for (const auto& [name, v] : m->map())
          response.headers.add(std::string(f.traits.at_name) + name, plain_text(v, f.traits));
        break;
      case Location::status_code:
        response.status = static_cast<int>(m->integer());
        break;
      case Location::payload:
        if (m->kind() != Value::Kind::bytes) {
          append_json(response.body, *m);
        } else {
          response.body = m->bytes().data;
          // What Lambda sends as bytes is what a function answered: JSON. Others name their type in a header.
          json = service_.name == "lambda";
        }
        break;
      default:
        body.add(f.name, *m);
    }
  }
  if (any_body) {
    Value v(std::move(body));
    rename_structure(v, shape, true);
    append_json(response.body, v);
  }
  if (!response.headers.find("content-type") && (json || any_body))
    response.headers.add("Content-Type", "application/json");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

HttpResponse RestJsonCodec::encode_error(const Fault& fault, std::string_view request_id) const {
  HttpResponse response;
  response.status = fault.status;
  Map body;
  const bool lambda = service_.name == "lambda";
  if (lambda && !fault.members.contains("Type")) body.add("Type", fault.sender ? "User" : "Server");
  for (const auto& [name, member] : fault.members) body.add(name, member);
  const bool modelled = lambda && fault.code == "ResourceNotFoundException";
  body.add(modelled ? "Message" : "message", fault.message);
  append_json(response.body, Value(std::move(body)));
  response.headers.add("Content-Type", "application/json");
  response.headers.add("x-amzn-RequestId", std::string(request_id));
  response.headers.add("x-amzn-ErrorType", fault.code);
  return response;
}

}  // namespace puddle::wire
