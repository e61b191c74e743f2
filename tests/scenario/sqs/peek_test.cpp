// Looking into a queue without taking anything, and the requests that a queue's own URL refuses.
#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fixture {
  World w{{sqs::make}};
  std::string url{w.ok("sqs", "CreateQueue", Map{{"QueueName", "q"}}).text_or("QueueUrl")};

  void send(const std::string& body, int delay = 0) {
    w.ok("sqs", "SendMessage",
         Map{{"QueueUrl", Value(url)}, {"MessageBody", Value(body)}, {"DelaySeconds", delay}});
  }
  HttpResponse ask(const std::string& target, const std::string& method = "GET",
                   const std::string& accept = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    if (!accept.empty()) request.headers.add("Accept", accept);
    const auto answer = w.browse("sqs", request);
    w.loop.run_ready();
    return *answer;
  }
  /// The result as JSON; null when there is no message.
  Value look(const std::string& flags = {}) {
    const HttpResponse got =
        ask("/_aws/sqs/messages?QueueUrl=" + url_encode(url) + flags, "GET", "application/json");
    REQUIRE(got.status == 200);
    return *wire::parse_json(got.body)->find("ReceiveMessageResponse")->find("ReceiveMessageResult");
  }
  std::string count(const char* attribute) {
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", List{Value("All")}}});
    return std::string(answer.find("Attributes")->text_or(attribute));
  }
};

std::string attribute(const Value& message, const char* name) {
  for (const Value& a : message.find("Attribute")->list())
    if (a.text_or("Name") == name) return std::string(a.text_or("Value"));
  return "none";
}

}  // namespace

TEST_CASE("looking shows what can be received and takes nothing") {
  Fixture f;
  CHECK(f.look().is_null());
  f.send("one");
  CHECK(f.look().find("Message")->text_or("Body") == "one");
  f.send("two");
  const Value seen = f.look();
  REQUIRE(seen.find("Message")->list().size() == 2);
  const Value& first = seen.find("Message")->list()[0];
  CHECK(first.text_or("MD5OfBody") == "f97c5d29941bfb1b2fdab0874906ab82");
  CHECK(first.text_or("ReceiptHandle") == "SQS/BACKDOOR/ACCESS");
  CHECK(attribute(first, "ApproximateReceiveCount") == "0");
  CHECK(attribute(first, "IsVisible") == "none");
  CHECK(f.count("ApproximateNumberOfMessages") == "2");
}

TEST_CASE("messages in flight and delayed ones are shown on request") {
  Fixture f;
  f.send("taken");
  f.w.ok("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(f.url)}});
  f.send("late", 10);
  CHECK(f.look().is_null());
  const Value taken = f.look("&ShowInvisible=true");
  CHECK(taken.find("Message")->text_or("Body") == "taken");
  CHECK(attribute(*taken.find("Message"), "IsVisible") == "false");
  const Value late = f.look("&ShowDelayed=1");
  CHECK(late.find("Message")->text_or("Body") == "late");
  CHECK(attribute(*late.find("Message"), "IsDelayed") == "true");
  CHECK(f.look("&ShowInvisible=true&ShowDelayed=true").find("Message")->list().size() == 2);
  f.w.loop.advance(10s);
  CHECK(f.look().find("Message")->text_or("Body") == "late");
}

TEST_CASE("the answer is XML unless JSON is asked for; the queue can stand in the path") {
  Fixture f;
  f.send("one");
  const HttpResponse xml = f.ask("/_aws/sqs/messages/us-east-1/000000000000/q");
  CHECK(xml.status == 200);
  CHECK(xml.headers.get("content-type") == "text/xml");
  CHECK(xml.body.find("<Body>one</Body>") != std::string::npos);
  CHECK(f.ask("/_aws/sqs/messages/us-east-1/000000000000/none").body.find("NonExistentQueue") !=
        std::string::npos);
  CHECK(f.ask("/_aws/sqs/messages").status == 400);
  CHECK(f.ask("/_aws/sqs/messages?Action=SendMessage&QueueUrl=q").body.find("InvalidRequest") !=
        std::string::npos);
}

TEST_CASE("who asks for JSON gets errors in JSON") {
  Fixture f;
  const auto refused = [&](const std::string& query) {
    const HttpResponse got = f.ask("/_aws/sqs/messages" + query, "GET", "application/json");
    const auto parsed = wire::parse_json(got.body);
    REQUIRE(parsed);
    return std::to_string(got.status) + " " +
           std::string(parsed->find("ErrorResponse")->find("Error")->text_or("Code"));
  };
  CHECK(refused("") == "400 AWS.SimpleQueueService.NonExistentQueue");
  CHECK(refused("/us-east-2/000000000000/q") == "400 AWS.SimpleQueueService.NonExistentQueue");
  CHECK(refused("?QueueUrl=" + url_encode("http://localhost:4566/nonsense")) == "404 InvalidAddress");
}

TEST_CASE("of a FIFO queue that is shown which could be received: nothing behind a message in flight") {
  World w{{sqs::make}};
  const Value made =
      w.ok("sqs", "CreateQueue",
           Map{{"QueueName", "q.fifo"},
               {"Attributes", Map{{"FifoQueue", "true"}, {"ContentBasedDeduplication", "true"}}}});
  const std::string url(made.text_or("QueueUrl"));
  for (const char* body : {"a1", "a2", "b1", "b2"})
    w.ok("sqs", "SendMessage",
         Map{{"QueueUrl", Value(url)},
             {"MessageBody", body},
             {"MessageGroupId", Value(std::string(body, 1))}});
  w.ok("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(url)}});
  const auto bodies = [&](const std::string& flags) {
    HttpRequest request;
    request.method = "GET";
    request.target = "/_aws/sqs/messages?QueueUrl=q.fifo" + flags;
    request.headers.add("Accept", "application/json");
    const auto answer = w.browse("sqs", request);
    std::string out;
    const auto parsed = wire::parse_json(answer->body);
    for (const Value& m :
         parsed->find("ReceiveMessageResponse")->find("ReceiveMessageResult")->find("Message")->list())
      out += std::string(m.text_or("Body")) + " ";
    return out;
  };
  CHECK(bodies("") == "b1 b2 ");
  CHECK(bodies("&ShowInvisible=true") == "a1 a2 b1 b2 ");
}

TEST_CASE("what does not fit into one answer is counted") {
  Fixture f;
  const std::string mebibyte(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) f.send(mebibyte);
  const HttpResponse page = f.ask("/_aws/sqs/messages?QueueUrl=q&ShowDelayed=true");
  CHECK(page.headers.get("x-puddle-left-out") == "3");
  CHECK(f.ask("/_aws/sqs/messages?QueueUrl=q", "DELETE").status == 204);
  f.send("one");
  CHECK(f.ask("/_aws/sqs/messages?QueueUrl=q").headers.find("x-puddle-left-out") == nullptr);
}

TEST_CASE("DELETE purges") {
  Fixture f;
  f.send("one");
  CHECK(f.ask("/_aws/sqs/messages?QueueUrl=q", "DELETE").status == 204);
  CHECK(f.look().is_null());
}

TEST_CASE("a queue's own URL refuses what is no action of a queue") {
  Fixture f;
  const HttpResponse nothing = f.ask("/000000000000/q");
  CHECK(nothing.status == 404);
  CHECK(nothing.body.starts_with("<UnknownOperationException"));
  for (const char* action : {"CreateQueue", "ListQueues"}) {
    const HttpResponse refused = f.ask("/000000000000/q?Action=" + std::string(action));
    CHECK(refused.status == 400);
    CHECK(refused.body.find("<Code>InvalidAction</Code><Message>The action " + std::string(action) +
                            " is not valid for this endpoint.</Message>") != std::string::npos);
  }
}
