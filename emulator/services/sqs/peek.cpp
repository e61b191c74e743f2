#include "services/sqs/peek.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "services/sqs/operations/received.hpp"
#include "services/sqs/queue_url.hpp"
#include "wire/json.hpp"

namespace puddle::sqs {
namespace {

using wire::List;
using wire::Map;
using Texts = std::map<std::string, std::string>;

constexpr std::string_view kPath = "/_aws/sqs/messages";
constexpr std::string_view kReceive = "ReceiveMessage";
/// What is shown is copied within one turn of the loop, so it is bounded.
constexpr std::size_t kMaxMessages = 10'000;
constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;

struct Asked {
  std::string url;
  bool invisible = false, delayed = false, json = false;
};

bool truthy(const std::string& text) { return text == "1" || iequals(text, "true"); }

/// From the path, the query string and the body: a form, or JSON as an SDK sends it.
void parse(const HttpRequest& request, bool aws_json, Asked& out) {
  out.json = request.headers.get("accept").find("application/json") != std::string_view::npos;
  Parameters given = parse_query(request.query()).value_or(Parameters{});
  if (aws_json) {
    if (const auto body = wire::parse_json(request.body, {.max_depth = 8}))
      given.emplace_back("QueueUrl", body->text_or("QueueUrl"));
  } else if (const auto form = parse_query(request.body)) {
    given.insert(given.end(), form->begin(), form->end());
  }
  for (const auto& [name, value] : given) {
    if (name == "QueueUrl") out.url = value;
    if (name == "ShowInvisible") out.invisible = truthy(value);
    if (name == "ShowDelayed") out.delayed = truthy(value);
    if (name == "Format") out.json = value == "json";
    if (name == "Action" && value != kReceive)
      throw AwsError("InvalidRequest", "This endpoint only accepts ReceiveMessage calls");
  }
  const std::string_view rest = request.path().substr(kPath.size());
  if (rest.size() > 1) out.url = "/queue" + url_decode(rest);
  if (out.url.find("://") != std::string::npos && parse_queue_url(out.url).account.empty())
    throw AwsError("InvalidAddress", "The address " + out.url + " is not valid for this endpoint.", 404);
}

/// `left_out`: how many messages of the queue were not looked at, because the answer was full.
std::vector<Received> look(Queue& queue, const Asked& asked, Time now, std::size_t& left_out) {
  queue.messages().advance(now);
  std::vector<Received> out;
  std::size_t bytes = 0, seen = 0;
  const Wanted everything{{"All"}, {"All"}};
  std::set<const Group*> blocked;  // FIFO: one of its messages is hidden, and with it those behind it
  queue.messages().visit([&](Message& m) {
    if (out.size() == kMaxMessages || bytes > kMaxBytes) return false;
    ++seen;
    const bool waiting = m.waiting != Message::kNowhere, delayed = waiting && !m.in_flight;
    if (queue.fifo() && waiting) blocked.insert(m.group);
    const bool behind = queue.fifo() && !waiting && blocked.contains(m.group);
    if (((m.in_flight || behind) && !asked.invisible) || (delayed && !asked.delayed)) return true;
    if (m.sent + queue.retention() <= now) return true;  // expired; its row goes with the next receive
    Received r = describe(queue, m, everything);
    bytes += r.body.size() + m.attributes().size();
    r.receipt_handle = "SQS/BACKDOOR/ACCESS";
    if (asked.invisible) (*r.attributes)["IsVisible"] = waiting ? "false" : "true";
    if (asked.delayed) (*r.attributes)["IsDelayed"] = delayed ? "true" : "false";
    out.push_back(std::move(r));
    return true;
  });
  left_out = queue.messages().size() - seen;
  return out;
}

/// As XML turned into JSON: one element stands alone, several are a list, none is null.
Value folded(List list) {
  if (list.empty()) return Value();
  return list.size() == 1 ? std::move(list[0]) : Value(std::move(list));
}

Value as_folded_json(const Received& r) {
  List attributes, message_attributes;
  for (const auto& [name, value] : r.attributes.value_or(Texts{}))
    attributes.push_back(Value(Map{{"Name", name}, {"Value", value}}));
  for (const auto& [name, value] : r.message_attributes.value_or(AttributeMap{})) {
    Map inner{{"DataType", Value(value.data_type)}};
    if (value.string_value) inner.add("StringValue", *value.string_value);
    if (value.binary_value) inner.add("BinaryValue", base64(value.binary_value->data));
    message_attributes.push_back(Value(Map{{"Name", name}, {"Value", Value(std::move(inner))}}));
  }
  Map out{{"MessageId", Value(r.message_id)},
          {"ReceiptHandle", Value(r.receipt_handle)},
          {"MD5OfBody", Value(r.body_md5)},
          {"Body", Value(r.body)},
          {"Attribute", folded(std::move(attributes))}};
  if (r.attributes_md5) out.add("MD5OfMessageAttributes", *r.attributes_md5);
  if (!message_attributes.empty()) out.add("MessageAttribute", folded(std::move(message_attributes)));
  return Value(std::move(out));
}

HttpResponse folded_json(const std::vector<Received>& messages, const std::string& request_id) {
  List list;
  for (const Received& r : messages) list.push_back(as_folded_json(r));
  Value result = list.empty() ? Value() : Value(Map{{"Message", folded(std::move(list))}});
  HttpResponse response;
  response.headers.add("Content-Type", "application/json");
  response.body = wire::to_json(
      Value(Map{{"ReceiveMessageResponse",
                 Value(Map{{"ReceiveMessageResult", std::move(result)},
                           {"ResponseMetadata", Value(Map{{"RequestId", Value(request_id)}})}})}}));
  return response;
}

HttpResponse folded_error(const wire::Fault& fault, const std::string& request_id) {
  const std::string& code = fault.query_code.empty() ? fault.code : fault.query_code;
  HttpResponse response;
  response.status = fault.status;
  response.headers.add("Content-Type", "application/json");
  response.body = wire::to_json(Value(
      Map{{"ErrorResponse", Value(Map{{"Error", Value(Map{{"Type", fault.sender ? "Sender" : "Receiver"},
                                                          {"Code", Value(code)},
                                                          {"Message", Value(fault.message)}})},
                                      {"RequestId", Value(request_id)}})}}));
  return response;
}

HttpResponse encoded(const wire::Codec& codec, const Shape& output_shape,
                     const std::vector<Received>& messages, const std::string& request_id) {
  const Shape shape = Received::shape();
  List list;
  for (const Received& r : messages) list.push_back(wire::write_struct(r, shape));
  Map output;
  if (!list.empty()) output.add("Messages", Value(std::move(list)));
  wire::Binding binding;
  binding.operation = kReceive;
  binding.output = &output_shape;
  return codec.encode(Value(std::move(output)), binding, request_id);
}

/// Ten thousand messages take far longer to write down than to find, and nothing of the service is needed.
void write_down(Pool* pool, std::function<HttpResponse()> encode, const Respond& respond) {
  if (!pool) return respond(encode());
  const auto response = std::make_shared<HttpResponse>();
  pool->run([response, encode = std::move(encode)] { *response = encode(); },
            [response, respond] { respond(std::move(*response)); });
}

}  // namespace

void serve_messages(Sqs& sqs, const HttpRequest& request, const Call& call, const Respond& respond) {
  const bool aws_json = request.headers.find("x-amz-target") != nullptr;
  const std::shared_ptr<const wire::Codec> codec =
      wire::make_codec(sqs.wire(), aws_json ? wire::Protocol::json_1_0 : wire::Protocol::query);
  Call asking = call;
  asking.query_protocol = !aws_json;
  Asked asked;
  try {
    parse(request, aws_json, asked);
    Queue& queue = sqs.require(asking, asked.url.empty() ? std::string("/") : asked.url);
    if (request.method == "DELETE") {
      sqs.deps.store.atomically([&] { sqs.purge(queue, call.now); });
      return sqs.deps.store.when_committed([respond](bool good) {
        HttpResponse done;
        done.status = good ? 204 : 500;
        respond(std::move(done));
      });
    }
    std::size_t left_out = 0;
    const auto messages =
        std::make_shared<const std::vector<Received>>(look(queue, asked, call.now, left_out));
    const auto op = std::find_if(sqs.operations().begin(), sqs.operations().end(),
                                 [](const Operation& o) { return o.name == kReceive; });
    const bool folded_answer = asked.json && !aws_json;
    write_down(
        sqs.deps.pool,
        [codec, messages, left_out, folded_answer, shape = op->output, id = call.request_id] {
          HttpResponse response =
              folded_answer ? folded_json(*messages, id) : encoded(*codec, shape, *messages, id);
          if (left_out) response.headers.add("x-puddle-left-out", std::to_string(left_out));
          return response;
        },
        respond);
  } catch (const AwsError& e) {
    respond(asked.json && !aws_json ? folded_error(e.fault, call.request_id)
                                    : codec->encode_error(e.fault, call.request_id));
  }
}

}  // namespace puddle::sqs
