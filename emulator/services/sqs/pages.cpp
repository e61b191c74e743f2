// Requests that are no operations: the messages of a queue for a person, and what a queue's own URL refuses.
#include "base/text.hpp"
#include "services/sqs/peek.hpp"
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {
namespace {

constexpr std::string_view kMessages = "/_aws/sqs/messages";

std::string action_of(const HttpRequest& request) {
  for (const std::string_view source : {request.query(), std::string_view(request.body)})
    if (const auto form = parse_query(source))
      for (const auto& [name, value] : *form)
        if (name == "Action") return value;
  return {};
}

/// "/ACCOUNT/NAME", to which the gateway brings every form of a queue's URL.
bool is_queue_path(std::string_view path) {
  constexpr std::size_t kAccount = 12;
  return path.size() > kAccount + 2 && path[0] == '/' && path[kAccount + 1] == '/' &&
         path.substr(1, kAccount).find_first_not_of("0123456789") == std::string_view::npos &&
         path.find('/', kAccount + 2) == std::string_view::npos;
}

HttpResponse no_action(const std::string& request_id) {
  HttpResponse response;
  response.status = 404;
  response.headers.add("Content-Type", "text/xml");
  response.headers.add("x-amzn-RequestId", request_id);
  response.body = "<UnknownOperationException/>\n";
  return response;
}

}  // namespace

bool Sqs::serve(const HttpRequest& request, const Call& call, const Respond& respond) {
  const std::string_view path = request.path();
  if (path == kMessages || path.starts_with(std::string(kMessages) + "/")) {
    serve_messages(*this, request, call, respond);
    return true;
  }
  // A queue's own URL takes only what is done with this queue.
  if (!is_queue_path(path) || request.headers.find("x-amz-target")) return false;
  const std::string action = action_of(request);
  if (action.empty()) return respond(no_action(call.request_id)), true;
  if (action != "CreateQueue" && action != "ListQueues") return false;
  const AwsError refused("InvalidAction", "The action " + action + " is not valid for this endpoint.");
  const auto codec = wire::make_codec(wire(), wire::Protocol::query);
  respond(codec->encode_error(refused.fault, call.request_id));
  return true;
}

}  // namespace puddle::sqs
