#include "services/apigateway/execution/model.hpp"

#include <re2/re2.h>

#include "base/text.hpp"

namespace puddle::apigateway {
namespace {

RE2::Options pattern_options() {
  RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(1 << 20);
  return o;
}

Templates compile(const Texts& texts) {
  Templates out;
  for (const auto& [type, text] : texts) out.emplace_back(lower(type), vtl::Template::parse(text));
  return out;
}

bool quoted(std::string_view s) { return s.size() >= 2 && s.front() == '\'' && s.back() == '\''; }

bool named(std::string_view source, std::initializer_list<std::string_view> prefixes) {
  for (const std::string_view p : prefixes)
    if (source.starts_with(p) && source.size() > p.size()) return true;
  return false;
}

}  // namespace

bool valid_pattern(const std::string& pattern) { return RE2(pattern, pattern_options()).ok(); }

bool valid_request_source(std::string_view s) {
  return quoted(s) || s == "method.request.body" ||
         named(s,
               {"method.request.path.", "method.request.querystring.",
                "method.request.multivaluequerystring.", "method.request.header.",
                "method.request.multivalueheader.", "method.request.body.", "stageVariables.", "context."});
}

bool valid_response_source(std::string_view s) {
  return quoted(s) || s == "integration.response.body" ||
         named(s, {"integration.response.header.", "integration.response.multivalueheader.",
                   "integration.response.body.", "stageVariables.", "context."});
}

std::optional<ServiceUri> ServiceUri::parse(std::string_view uri) {
  constexpr std::string_view kPrefix = "arn:aws:apigateway:";
  if (!uri.starts_with(kPrefix)) return std::nullopt;
  uri.remove_prefix(kPrefix.size());
  const auto region = cut(uri, ":");
  if (!region) return std::nullopt;
  const auto service = cut(region->second, ":");
  if (!service) return std::nullopt;
  const auto kind = cut(service->second, "/");
  if (!kind || (kind->first != "path" && kind->first != "action")) return std::nullopt;
  ServiceUri out;
  out.region = region->first;
  const std::size_t dot = service->first.rfind('.');
  out.service = dot == std::string_view::npos ? service->first : service->first.substr(dot + 1);
  out.action = kind->first == "action";
  std::string_view rest = kind->second;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  out.rest = rest;
  if (out.region.empty() || out.service.empty() || (out.action && out.rest.empty())) return std::nullopt;
  return out;
}

std::string ServiceUri::function_arn() const {
  constexpr std::string_view kFunctions = "/functions/", kEnd = "/invocations";
  const std::size_t at = rest.find(kFunctions);
  if (service != "lambda" || at == std::string::npos || !rest.ends_with(kEnd)) return {};
  const std::size_t start = at + kFunctions.size();
  if (start + kEnd.size() >= rest.size()) return {};
  return rest.substr(start, rest.size() - kEnd.size() - start);
}

bool CompiledResponse::matches(const std::string& value) const { return RE2::FullMatch(value, *pattern); }

CompiledMethod::CompiledMethod(const Method& m) : method(m) {
  if (!m.integration) return;
  request_templates = compile(m.integration->templates);
  for (const auto& [status, response] : m.integration->responses) {
    CompiledResponse out{response, nullptr, compile(response.templates)};
    if (response.selection_pattern && !response.selection_pattern->empty())
      out.pattern = std::make_shared<const RE2>(*response.selection_pattern, pattern_options());
    responses.push_back(std::move(out));
  }
}

const Result<vtl::Template>* CompiledMethod::request_template(std::string_view media_type) const {
  for (const auto& [type, text] : request_templates)
    if (type == media_type) return &text;
  for (const auto& [type, text] : request_templates)
    if (type == "$default") return &text;
  return nullptr;
}

struct Compiled::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> variable;
  std::string variable_name;
  const Route* greedy = nullptr;
  std::string greedy_name;
  const Route* route = nullptr;
};

Compiled::~Compiled() = default;

Compiled::Compiled(const std::map<std::string, Resource>& resources) : root_(std::make_unique<Node>()) {
  for (const auto& [id, resource] : resources) {
    auto made = std::make_unique<Route>();
    made->resource_id = id;
    made->path = resource.path;
    for (const auto& [verb, method] : resource.methods) made->methods.emplace(verb, CompiledMethod(method));
    const Route* route = routes_.emplace(id, std::move(made)).first->second.get();
    Node* node = root_.get();
    bool greedy = false;
    for (const std::string_view part : split(resource.path, '/')) {
      if (part.empty()) continue;
      if (part.starts_with('{') && part.ends_with("+}")) {
        node->greedy = route;
        node->greedy_name = part.substr(1, part.size() - 3);
        greedy = true;
      } else if (part.starts_with('{') && part.ends_with('}')) {
        if (!node->variable) node->variable = std::make_unique<Node>();
        node->variable_name = part.substr(1, part.size() - 2);
        node = node->variable.get();
      } else {
        auto& child = node->literals[std::string(part)];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
      }
    }
    if (!greedy && !route->methods.empty()) node->route = route;
  }
}

const Route* Compiled::route(std::string_view resource_id) const {
  const auto it = routes_.find(resource_id);
  return it == routes_.end() ? nullptr : it->second.get();
}

const Route* Compiled::match(std::string_view path, Parameters& variables) const {
  variables.clear();
  return match(*root_, path, variables);
}

/// Literal before {variable} before {greedy+}; empty segments in front of a part do not count. The depth is
/// the tree's.
const Route* Compiled::match(const Node& node, std::string_view rest, Parameters& variables) {
  while (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) return node.route;
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  const auto literal =
      node.literals.find(segment.find('%') == std::string_view::npos ? segment : url_decode(segment));
  if (literal != node.literals.end())
    if (const Route* found = match(*literal->second, rest.substr(end), variables)) return found;
  if (node.variable) {
    const std::size_t before = variables.size();
    variables.emplace_back(node.variable_name, url_decode(segment));
    if (const Route* found = match(*node.variable, rest.substr(end), variables)) return found;
    variables.resize(before);
  }
  if (!node.greedy) return nullptr;
  while (rest.ends_with('/')) rest.remove_suffix(1);
  variables.emplace_back(node.greedy_name, url_decode(rest));
  return node.greedy;
}

}  // namespace puddle::apigateway
