// A world with queues, and short names for what tests do with them.
#pragma once
#include <catch2/catch.hpp>

#include "services/sqs/queue_url.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

namespace puddle::test {

using Bodies = std::vector<std::string>;

struct Got {
  std::string body, id, handle, group, sequence, deduplication_id, source, count, sent, first;
};

struct Queues {
  World w;

  explicit Queues(World::Options options = {}) : w({sqs::make}, std::move(options)) {}
  sqs::Sqs& service() { return dynamic_cast<sqs::Sqs&>(*w.engine->service("sqs")); }
  sqs::Queue& queue(const std::string& url) {
    return *service().find(w.account, w.region, sqs::parse_queue_url(url).name);
  }

  std::string create(const std::string& name, Map attributes = {}) {
    if (name.ends_with(".fifo")) attributes["FifoQueue"] = Value("true");
    const Value made = w.ok("sqs", "CreateQueue",
                            Map{{"QueueName", Value(name)}, {"Attributes", Value(std::move(attributes))}});
    return std::string(made.text_or("QueueUrl"));
  }
  static std::string arn(const std::string& name) { return "arn:aws:sqs:us-east-1:000000000000:" + name; }
  void set(const std::string& url, Map attributes) {
    w.ok("sqs", "SetQueueAttributes",
         Map{{"QueueUrl", Value(url)}, {"Attributes", Value(std::move(attributes))}});
  }
  static std::string redrive(const std::string& name, int max) {
    return "{\"deadLetterTargetArn\":\"" + arn(name) + "\",\"maxReceiveCount\":" + std::to_string(max) + "}";
  }
  static Map message(const std::string& url, const std::string& body, Map more = {}) {
    more["QueueUrl"] = Value(url);
    more["MessageBody"] = Value(body);
    return more;
  }
  Value send(const std::string& url, const std::string& body, Map more = {}) {
    return w.ok("sqs", "SendMessage", message(url, body, std::move(more)));
  }
  /// To a FIFO queue; the deduplication id is the body's unless given.
  Value send(const std::string& url, const std::string& group, const std::string& body,
             const std::string& deduplication_id) {
    return send(url, body,
                Map{{"MessageGroupId", Value(group)}, {"MessageDeduplicationId", Value(deduplication_id)}});
  }
  static std::vector<Got> read(const Value& answer) {
    std::vector<Got> out;
    const Value* messages = answer.find("Messages");
    if (!messages) return out;
    for (const Value& m : messages->list()) {
      Got g;
      g.body = m.text_or("Body");
      g.id = m.text_or("MessageId");
      g.handle = m.text_or("ReceiptHandle");
      if (const Value* a = m.find("Attributes")) {
        g.group = a->text_or("MessageGroupId");
        g.sequence = a->text_or("SequenceNumber");
        g.deduplication_id = a->text_or("MessageDeduplicationId");
        g.source = a->text_or("DeadLetterQueueSourceArn");
        g.count = a->text_or("ApproximateReceiveCount");
        g.sent = a->text_or("SentTimestamp");
        g.first = a->text_or("ApproximateFirstReceiveTimestamp");
      }
      out.push_back(std::move(g));
    }
    return out;
  }
  static Map receiving(const std::string& url, int max = 10, Map more = {}) {
    more["QueueUrl"] = Value(url);
    more["MaxNumberOfMessages"] = Value(max);
    more["AttributeNames"] = Value(List{Value("All")});
    return more;
  }
  std::vector<Got> receive(const std::string& url, int max = 10, Map more = {}) {
    return read(w.ok("sqs", "ReceiveMessage", receiving(url, max, std::move(more))));
  }
  static Bodies bodies(const std::vector<Got>& all) {
    Bodies out;
    for (const Got& g : all) out.push_back(g.body);
    return out;
  }
  Bodies take(const std::string& url, int max = 10, Map more = {}) {
    return bodies(receive(url, max, std::move(more)));
  }
  std::shared_ptr<Reply> poll(const std::string& url, int seconds, int max = 10) {
    return w.send("sqs", "ReceiveMessage", receiving(url, max, Map{{"WaitTimeSeconds", Value(seconds)}}));
  }
  /// A call as a client sends it.
  static HttpRequest request(const std::string& operation, const Map& input) {
    HttpRequest out;
    out.method = "POST";
    out.target = "/";
    out.headers.add("X-Amz-Target", "AmazonSQS." + operation);
    out.headers.add("Content-Type", "application/x-amz-json-1.0");
    out.body = wire::to_json(input);
    return out;
  }
  /// A long poll over HTTP, whose client goes away when *gone becomes true.
  std::shared_ptr<HttpResponse> poll_of(const std::string& url, std::shared_ptr<const bool> gone) {
    HttpRequest poll = request("ReceiveMessage", receiving(url, 10, Map{{"WaitTimeSeconds", 20}}));
    Call call;
    call.account = w.account;
    call.region = w.region;
    call.principal = w.as;
    call.now = w.loop.now();
    call.gone = std::move(gone);
    auto answer = std::make_shared<HttpResponse>();
    answer->status = 0;
    w.engine->dispatcher().handle(*w.engine->service("sqs"), std::move(poll), std::move(call),
                                  [answer](HttpResponse r) { *answer = std::move(r); });
    w.loop.run_ready();
    return answer;
  }
  void remove(const std::string& url, const Got& g) {
    w.ok("sqs", "DeleteMessage", Map{{"QueueUrl", Value(url)}, {"ReceiptHandle", Value(g.handle)}});
  }
  static Map changing(const std::string& url, const Got& g, int seconds) {
    return Map{
        {"QueueUrl", Value(url)}, {"ReceiptHandle", Value(g.handle)}, {"VisibilityTimeout", Value(seconds)}};
  }
  void change(const std::string& url, const Got& g, int seconds) {
    w.ok("sqs", "ChangeMessageVisibility", changing(url, g, seconds));
  }
  /// visible, in flight, delayed
  std::vector<int> counts(const std::string& url) {
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", List{Value("All")}}});
    const auto number = [&](const char* name) {
      return std::stoi(std::string(answer.find("Attributes")->text_or(name)));
    };
    return {number("ApproximateNumberOfMessages"), number("ApproximateNumberOfMessagesNotVisible"),
            number("ApproximateNumberOfMessagesDelayed")};
  }
  /// Everything in memory is built anew from the rows.
  void restart() {
    w.engine->stop();
    w.engine->start();
    w.loop.run_ready();
  }
  void advance(Duration by) { w.loop.advance(by); }
};

}  // namespace puddle::test
