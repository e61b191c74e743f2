#include "hosts/extensions.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "hosts/api_reply.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

constexpr std::size_t kMaxExtensions = 10;
constexpr std::string_view kIdentifier = "Lambda-Extension-Identifier";

}  // namespace

void Extensions::reset(std::vector<std::string> external) {
  auto old = std::exchange(known_, {});
  for (auto& [name, extension] : old)
    if (extension.next) extension.next(api_error(403, "Extension.Shutdown", "The environment has ended"));
  open_ = true;
  for (std::string& name : external) known_[std::move(name)].external = true;
}

bool Extensions::all_registered() const {
  return std::all_of(known_.begin(), known_.end(), [](const auto& e) { return e.second.registered; });
}

bool Extensions::all_waiting() const {
  return std::all_of(known_.begin(), known_.end(), [](const auto& e) { return e.second.next != nullptr; });
}

bool Extensions::wants_shutdown() const {
  return std::any_of(known_.begin(), known_.end(), [](const auto& e) { return e.second.shutdown; });
}

bool Extensions::wants_shutdown(const std::string& name) const {
  const auto it = known_.find(name);
  return it != known_.end() && it->second.shutdown;
}

Extensions::Extension* Extensions::find(const HttpRequest& request) {
  const std::string_view id = request.headers.get(kIdentifier);
  for (auto& [name, extension] : known_)
    if (extension.registered && extension.id == id) return &extension;
  return nullptr;
}

std::string Extensions::name_of(const HttpRequest& request) const {
  const std::string_view id = request.headers.get(kIdentifier);
  for (const auto& [name, extension] : known_)
    if (extension.registered && extension.id == id) return name;
  return {};
}

void Extensions::serve(const HttpRequest& request, std::string_view rest, const Respond& respond) {
  if (rest == "register" && request.method == "POST") return enroll(request, respond);
  if (!request.headers.find(kIdentifier))
    return respond(
        api_error(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"));
  Extension* extension = find(request);
  if (!extension)
    return respond(api_error(403, "Extension.UnknownExtensionIdentifier", "Unknown extension identifier"));
  if (rest == "event/next" && request.method == "GET") return take_next(*extension, respond);
  if ((rest == "init/error" || rest == "exit/error") && request.method == "POST") {
    const std::string type(request.headers.get("Lambda-Extension-Function-Error-Type"));
    if (type.empty())
      return respond(
          api_error(400, "Extension.MissingHeader", "Missing Lambda-Extension-Function-Error-Type header"));
    respond(api_accepted());
    const std::string name = name_of(request);
    events_.state(name, rest == "init/error" ? "InitError" : "ExitError", extension->events);
    return events_.failed(type);
  }
  respond(api_error(404, "Extension.InvalidPath", "There is no " + std::string(request.path())));
}

void Extensions::enroll(const HttpRequest& request, const Respond& respond) {
  const std::string name(request.headers.get("Lambda-Extension-Name"));
  if (name.empty()) return respond(api_error(400, "Extension.InvalidExtensionName", "Empty extension name"));
  const auto it = known_.find(name);
  if (it != known_.end() && it->second.registered)
    return respond(api_error(403, "Extension.AlreadyRegistered",
                             "Extension with name " + name + " is already registered"));
  const bool external = it != known_.end();
  if (!open_)
    return respond(
        api_error(403, "Extension.RegistrationClosed", "Extension registration is closed already"));
  if (!external && known_.size() >= kMaxExtensions)
    return respond(api_error(403, "Extension.TooManyExtensions", "Extension limit (10) reached"));
  Extension extension;
  extension.external = external;
  const auto body = wire::parse_json(request.body.empty() ? std::string_view("{}") : request.body);
  const wire::Value* events = body && body->is_map() ? body->find("events") : nullptr;
  if (!body || (events && !events->is_list()))
    return respond(api_error(400, "Extension.InvalidRequest", "Invalid request body"));
  for (const wire::Value& event : events ? events->list() : wire::List{}) {
    const std::string text = event.is_text() ? std::string(event.text()) : std::string();
    if (text == "INVOKE")
      extension.invoke = true;
    else if (text == "SHUTDOWN" && external)
      extension.shutdown = true;
    else if (text == "SHUTDOWN")
      return respond(api_error(400, "ShutdownEventNotSupportedForInternalExtension",
                               "SHUTDOWN event not supported for internal extensions"));
    else
      return respond(api_error(400, "Extension.InvalidEventType", "Invalid event: " + text));
    extension.events.push_back(text);
  }
  // Identifiers tell the extensions of one environment apart; only they can reach its listener.
  std::array<char, 40> id{};
  std::snprintf(id.data(), id.size(), "00000000-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(++count_));
  extension.id = id.data();
  extension.registered = true;
  std::string text = "{\"functionName\":";
  append_json_string(text, spec_.function_name);
  text += ",\"functionVersion\":";
  append_json_string(text, spec_.version);
  text += ",\"handler\":";
  append_json_string(text, spec_.handler);
  if (request.headers.get("Lambda-Extension-Accept-Feature").find("accountId") != std::string_view::npos) {
    text += ",\"accountId\":";
    append_json_string(text, spec_.account);
  }
  HttpResponse r = api_reply(200, text + "}");
  r.headers.add(std::string(kIdentifier), extension.id);
  known_[name] = std::move(extension);
  respond(std::move(r));
  events_.changed();
}

void Extensions::take_next(Extension& extension, const Respond& respond) {
  if (extension.next)
    std::exchange(extension.next,
                  nullptr)(api_error(403, "Extension.InvalidExtensionState", "There is a newer request"));
  if (!extension.waiting_event.empty()) {
    extension.next = respond;
    return send(extension, std::exchange(extension.waiting_event, {}));
  }
  const bool first = extension.next == nullptr && !extension.events.empty();
  extension.next = respond;
  if (first && open_) {
    for (const auto& [name, known] : known_)
      if (&known == &extension) events_.state(name, "Ready", extension.events);
  }
  events_.changed();
}

void Extensions::send(Extension& extension, std::string event) {
  if (!extension.next) {
    extension.waiting_event = std::move(event);
    return;
  }
  HttpResponse r = api_reply(200, std::move(event));
  r.headers.add("Lambda-Extension-Event-Identifier", extension.id);
  std::exchange(extension.next, nullptr)(std::move(r));
}

void Extensions::invoke(const Invocation& i, const std::string& function_arn, Time deadline) {
  std::string event =
      "{\"eventType\":\"INVOKE\",\"deadlineMs\":" + std::to_string(to_millis(deadline)) + ",\"requestId\":";
  append_json_string(event, i.request_id);
  event += ",\"invokedFunctionArn\":";
  append_json_string(event, function_arn);
  event += ",\"tracing\":{\"type\":\"X-Amzn-Trace-Id\",\"value\":";
  append_json_string(event, i.trace_header);
  event += "}}";
  for (auto& [name, extension] : known_)
    if (extension.invoke) send(extension, event);
}

void Extensions::shut_down(std::string_view reason, Time deadline) {
  const std::string event = "{\"eventType\":\"SHUTDOWN\",\"shutdownReason\":\"" + std::string(reason) +
                            "\",\"deadlineMs\":" + std::to_string(to_millis(deadline)) + "}";
  for (auto& [name, extension] : known_)
    if (extension.shutdown) send(extension, event);
}

}  // namespace puddle
