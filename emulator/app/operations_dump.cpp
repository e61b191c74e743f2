#include "app/operations_dump.hpp"

#include "app/engine.hpp"
#include "app/services.hpp"
#include "hosts/system_entropy.hpp"
#include "runtime/virtual_loop.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

using wire::List;
using wire::Map;
using wire::Shape;
using wire::Traits;
using wire::TypeInfo;
using wire::Value;

constexpr const char* kTypes[] = {"string",    "integer", "long", "double",    "boolean", "blob",
                                  "timestamp", "list",    "map",  "structure", "document"};
constexpr const char* kLocations[] = {"body", "header",  "headers",   "querystring",
                                      "uri",  "payload", "statusCode"};

Value shape_json(const Shape& shape);

Map type_json(const TypeInfo& type, const Traits& traits) {
  Map out;
  out.add("type", kTypes[static_cast<std::size_t>(type.type)]);
  if (traits.min) out.add("min", *traits.min);
  if (traits.max) out.add("max", *traits.max);
  if (!traits.pattern.empty()) out.add("pattern", traits.pattern);
  if (!traits.one_of.empty()) {
    List values;
    for (const std::string_view v : traits.one_of) values.emplace_back(v);
    out.add("enum", std::move(values));
  }
  if (type.structure) out.add("members", shape_json(*type.structure));
  if (type.element)
    out.add("element", type_json(*type.element, traits.each.empty() ? Traits{} : traits.each[0]));
  return out;
}

Value shape_json(const Shape& shape) {
  Map out;
  for (const wire::Field& f : shape.fields) {
    Map member = type_json(f.type, f.traits);
    if (f.required) member.add("required", true);
    if (f.traits.at != wire::Location::body)
      member.add("location", kLocations[static_cast<std::size_t>(f.traits.at)]);
    if (!f.traits.at_name.empty()) member.add("locationName", f.traits.at_name);
    out.add(f.name, std::move(member));
  }
  return out;
}

Value operation_json(const Operation& op) {
  List errors;
  for (const ErrorType& e : op.errors) errors.emplace_back(e.code);
  Map out{
      {"name", Value(op.name)}, {"action", Value(op.action)}, {"waits", Value(static_cast<bool>(op.later))}};
  out.add("method", op.http.method);
  out.add("path", op.http.path);
  out.add("status", op.http.status);
  out.add("input", shape_json(op.input));
  out.add("output", shape_json(op.output));
  out.add("errors", std::move(errors));
  return out;
}

}  // namespace

std::string operations_dump(bool json) {
  VirtualLoop loop;
  SystemEntropy entropy;
  const EnginePorts ports{loop, entropy, nullptr, nullptr, nullptr};
  EngineOptions options;
  options.store.durability = Durability::memory;
  Engine engine(ports, std::move(options), all_services());
  Map services;
  std::string lines;
  for (const Service* service : engine.dispatcher().services()) {
    List operations, missing;
    for (const Operation& op : service->operations()) {
      operations.push_back(operation_json(op));
      lines += std::string(service->wire().name) + " " + op.name + "\n";
    }
    for (const std::string_view name : service->known_operations()) {
      bool have = false;
      for (const Operation& op : service->operations()) have = have || op.name == name;
      if (!have) missing.emplace_back(name);
    }
    services.add(std::string(service->wire().name),
                 Map{{"operations", Value(std::move(operations))}, {"missing", Value(std::move(missing))}});
  }
  return json ? wire::to_pretty_json(Map{{"services", Value(std::move(services))}}) + "\n" : lines;
}

}  // namespace puddle
