#include "gateway/router.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/text.hpp"

namespace puddle {
namespace {

using Segments = std::vector<std::string_view>;

/// Non-empty segments of a path that starts with '/'.
Segments segments_of(std::string_view path) {
  Segments out = split(path.substr(std::min<std::size_t>(1, path.size())), '/');
  if (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_account(std::string_view text) { return text.size() == 12 && all_digits(text); }

bool is_region(std::string_view text) {
  return text.find('-') != std::string_view::npos && std::isdigit(static_cast<unsigned char>(text.back()));
}

/// "2015-03-31": the first segment of Lambda's paths.
bool is_api_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && all_digits(text.substr(0, 4)) &&
         all_digits(text.substr(5, 2)) && all_digits(text.substr(8));
}

/// The path behind n segments: "/rest" or "/".
std::string path_behind(std::string_view path, std::size_t n) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= n && at != std::string_view::npos; ++i)
    at = path.find('/', i == 0 ? 0 : at + 1);
  return at == std::string_view::npos ? "/" : std::string(path.substr(at));
}

bool is_control(std::string_view path) {
  static constexpr std::array<std::string_view, 6> kOwn{"/_puddle",  "/_localstack", "/_aws",
                                                        "/_console", "/moto-api",    "/favicon.ico"};
  return std::any_of(kOwn.begin(), kOwn.end(), [&](std::string_view own) {
    return path.starts_with(own) && (path.size() == own.size() || path[own.size()] == '/');
  });
}

std::optional<Target> execute_api(std::string_view host, std::string_view path) {
  Target target;
  target.kind = Target::Kind::execute_api;
  target.service = "apigateway";
  const Segments parts = segments_of(path);
  const auto labels = split(host, '.');
  if (labels.size() >= 2 && labels[1] == "execute-api" && !labels[0].empty()) {
    target.api = labels[0];
    target.stage = parts.empty() ? std::string() : url_decode(parts[0]);
    target.path = path_behind(path, 1);
    return target;
  }
  if (parts.size() >= 3 && parts[0] == "_aws" && parts[1] == "execute-api") {
    target.api = parts[2];
    target.stage = parts.size() > 3 ? url_decode(parts[3]) : std::string();
    target.path = path_behind(path, 4);
    return target;
  }
  if (parts.size() >= 4 && parts[0] == "restapis" && parts[3] == "_user_request_") {
    target.api = parts[1];
    target.stage = url_decode(parts[2]);
    target.path = path_behind(path, 4);
    return target;
  }
  return std::nullopt;
}

/// Queue URLs: "/<account>/<queue>", "/queue/<region>/<account>/<queue>", the region also from the host.
std::optional<Target> queue_url(std::string_view host, std::string_view path) {
  const Segments parts = segments_of(path);
  const auto labels = split(host, '.');
  Target target;
  target.kind = Target::Kind::queue_url;
  target.service = "sqs";
  std::size_t at = 0;
  if (parts.size() == 4 && parts[0] == "queue" && is_region(parts[1])) {
    target.region = parts[1];
    at = 2;
  } else if (parts.size() != 2) {
    return std::nullopt;
  } else if (labels.size() >= 2 && labels[0] == "sqs" && is_region(labels[1])) {
    target.region = labels[1];
  } else if (labels.size() >= 2 && labels[1] == "queue" && is_region(labels[0])) {
    target.region = labels[0];
  }
  if (!is_account(parts[at]) || parts[at + 1].empty()) return std::nullopt;
  target.account = parts[at];
  target.queue = url_decode(parts[at + 1]);
  return target;
}

/// "sqs" of "sqs.us-east-1.localhost.localstack.cloud", of "queue.localhost" and of
/// "us-east-1.queue.localhost".
std::string service_of_host(std::string_view host) {
  const auto labels = split(host, '.');
  if (labels.size() < 2) return {};
  if (labels[0] == "queue" || labels[1] == "queue") return "sqs";
  if (labels[0] == "streams" && labels[1] == "dynamodb") return "dynamodbstreams";
  return std::string(labels[0]);
}

std::string scope_to_service(std::string_view scope) {
  return std::string(scope == "events.dynamodb" ? "dynamodbstreams" : scope);
}

/// The host may be one of execute-api or of a function URL: most requests are seen at a glance to be neither.
bool is_endpoint_of_function(std::string_view host) {
  return host.find(".execute-api") != std::string_view::npos ||
         host.find(".lambda-url") != std::string_view::npos;
}

/// What host or path alone decide: execute-api, our own paths, function URLs.
std::optional<Target> addressed(std::string_view host, std::string_view path) {
  if (auto target = execute_api(host, path)) return target;
  Target target;
  target.path = path;
  if (const Segments parts = segments_of(path);
      parts.size() >= 3 && parts[0] == "_aws" && parts[1] == "lambda-url") {
    target.kind = Target::Kind::function_url;
    target.service = "lambda";
    target.api = parts[2];
    target.path = path_behind(path, 3);
    return target;
  }
  if (is_control(path)) {
    target.kind = Target::Kind::control;
    return target;
  }
  if (const auto labels = split(host, '.'); labels.size() >= 2 && labels[1] == "lambda-url") {
    target.kind = Target::Kind::function_url;
    target.service = "lambda";
    target.api = labels[0];
    return target;
  }
  return std::nullopt;
}

struct Form {
  std::string action, version;
};

/// Action and Version, from the query string or from a form body; only the pairs before they are found are
/// looked at.
Form form_of(const HttpRequest& request) {
  Form out;
  std::vector<std::string_view> sources{request.query()};
  if (request.headers.get("content-type").starts_with("application/x-www-form-urlencoded"))
    sources.push_back(request.body);
  for (std::string_view text : sources) {
    while (!text.empty() && (out.action.empty() || out.version.empty())) {
      const std::size_t end = std::min(text.find('&'), text.size());
      const std::string_view pair = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (pair.starts_with("Action=")) out.action = url_decode(pair.substr(7), Plus::space);
      if (pair.starts_with("Version=")) out.version = url_decode(pair.substr(8), Plus::space);
    }
  }
  return out;
}

}  // namespace

std::string host_of(const HttpRequest& request) {
  std::string_view host = request.headers.get("host");
  if (host.starts_with('['))
    return lower(host.substr(0, host.find(']') == host.npos ? host.size() : host.find(']') + 1));
  return lower(host.substr(0, std::min(host.find(':'), host.size())));
}

Router::Router(const std::vector<ServiceDescription>& services) {
  for (const ServiceDescription& s : services) {
    names_.insert(s.name);
    if (!s.target_prefix.empty()) by_prefix_.emplace(s.target_prefix, s.name);
    if (s.protocol == wire::Protocol::query || s.query_compatible) {
      by_version_.emplace(s.api_version, s.name);
      for (const std::string& action : s.actions) by_action_.emplace(action, s.name);
    }
    for (const std::string& path : s.rest_paths) {
      const Segments parts = segments_of(std::string_view(path).substr(0, path.find('?')));
      if (!parts.empty() && parts[0].find('{') == std::string_view::npos) by_rest_.emplace(parts[0], s.name);
    }
  }
  // Paths of operations that are not there are answered by their service too, not by "unknown".
  for (const char* path :
       {"restapis", "account", "apikeys", "usageplans", "domainnames", "clientcertificates", "vpclinks",
        "sdktypes", "tags", "domainnameaccessassociations"})
    if (names_.contains("apigateway")) by_rest_.emplace(path, "apigateway");
}

/// A Version belongs to one service or, when services share it, to the one that knows the Action.
bool Router::by_form(const HttpRequest& request, Target& target) const {
  const Form form = form_of(request);
  if (form.action.empty() && form.version.empty()) return false;
  const auto [first, last] = by_version_.equal_range(form.version);
  const auto [a, b] = by_action_.equal_range(form.action);
  for (auto it = first; it != last; ++it)
    for (auto action = a; action != b; ++action)
      if (it->second == action->second) return target.service = it->second, true;
  if (first != last) return target.service = first->second, true;
  if (a != b && std::next(a) == b) return target.service = a->second, true;
  return false;
}

Target Router::route(const HttpRequest& request, std::string_view scope) const {
  const std::string_view path = request.path();
  const std::string host = host_of(request);
  if (path != "/" || is_endpoint_of_function(host))
    if (auto target = addressed(host, path)) {
      target->is_signed = !scope.empty();
      return *target;
    }
  Target target;
  target.is_signed = !scope.empty();
  const auto found = [&](std::string_view service) {
    if (!names_.contains(service)) return false;
    target.kind = Target::Kind::api;
    target.service = service;
    return true;
  };
  const bool in_queue_path = path.size() > 1;
  const auto with_queue = [&](Target t) {
    if (t.service != "sqs" || !in_queue_path) return t;
    auto queue = queue_url(host, path);
    if (!queue) return t;
    queue->is_signed = t.is_signed;
    return *queue;
  };
  if (const std::string* header = request.headers.find("x-amz-target"); header && !header->empty()) {
    const std::size_t dot = header->rfind('.');
    const std::string_view prefix = std::string_view(*header).substr(0, dot);
    if (const auto it = by_prefix_.find(prefix); it != by_prefix_.end()) {
      found(it->second);
      return target;
    }
    target.service = prefix;
  }
  if (!scope.empty()) {
    const std::string service = scope_to_service(scope);
    // Old SDKs sign DynamoDB and its streams alike; only the target tells them apart, and it did not.
    if (found(service)) return with_queue(target);
    target.service = service;
    return target;
  }
  if (!target.service.empty()) return target;  // a target that nobody has
  if (by_form(request, target) && found(target.service)) return with_queue(target);
  if (auto queue = queue_url(host, path); queue && names_.contains("sqs")) return *queue;
  if (const Segments parts = segments_of(path); !parts.empty()) {
    if (const auto it = by_rest_.find(parts[0]); it != by_rest_.end() && found(it->second)) return target;
    if (is_api_date(parts[0]) && found("lambda")) return target;
  }
  if (found(service_of_host(host))) return target;
  target.service.clear();
  return target;
}

}  // namespace puddle
