// SQS in virtual time: every timing rule to the millisecond.
#include <catch2/catch.hpp>

#include "base/digest.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fixture {
  World w{{sqs::make}};
  std::string url;
  Value last;
  explicit Fixture(Map attributes = {}) { url = create("q", std::move(attributes)); }
  std::string create(const char* name, Map attributes = {}) {
    const Value made =
        w.ok("sqs", "CreateQueue", Map{{"QueueName", name}, {"Attributes", Value(std::move(attributes))}});
    return std::string(made.text_or("QueueUrl"));
  }
  Value send(const std::string& body, int delay = -1) {
    Map in{{"QueueUrl", Value(url)}, {"MessageBody", Value(body)}};
    if (delay >= 0) in.add("DelaySeconds", delay);
    return w.ok("sqs", "SendMessage", std::move(in));
  }
  /// Bodies of one receive without waiting.
  std::vector<std::string> receive(int max = 10, const std::string& from = {}) {
    last = w.ok("sqs", "ReceiveMessage",
                Map{{"QueueUrl", Value(from.empty() ? url : from)},
                    {"MaxNumberOfMessages", Value(max)},
                    {"AttributeNames", List{Value("All")}}});
    return bodies(last);
  }
  static std::vector<std::string> bodies(const Value& answer) {
    std::vector<std::string> out;
    if (const Value* messages = answer.find("Messages"))
      for (const Value& m : messages->list()) out.emplace_back(m.text_or("Body"));
    return out;
  }
  const Value& message(std::size_t i = 0) const { return last.find("Messages")->list()[i]; }
  std::shared_ptr<Reply> poll(int seconds) {
    return w.send("sqs", "ReceiveMessage",
                  Map{{"QueueUrl", Value(url)}, {"WaitTimeSeconds", Value(seconds)}});
  }
  std::string attribute(const char* name) {
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", List{Value("All")}}});
    return std::string(answer.find("Attributes")->text_or(name));
  }
};

using Bodies = std::vector<std::string>;

}  // namespace

TEST_CASE("a message is received once, then hidden for its visibility time-out") {
  Fixture f;
  f.send("hi");
  CHECK(f.receive() == Bodies{"hi"});
  CHECK(f.receive().empty());
  f.w.loop.advance(29999ms);
  CHECK(f.receive().empty());
  f.w.loop.advance(1ms);
  CHECK(f.receive() == Bodies{"hi"});
  CHECK(f.message().find("Attributes")->text_or("ApproximateReceiveCount") == "2");
}

TEST_CASE("messages come in the order they were sent") {
  Fixture f;
  for (const char* body : {"a", "b", "c"}) f.send(body);
  CHECK(f.receive(2) == Bodies{"a", "b"});
  CHECK(f.receive(2) == Bodies{"c"});
}

TEST_CASE("a deleted message is gone; an old handle deletes too, any number of times") {
  Fixture f;
  f.send("hi");
  f.receive();
  const std::string old(f.message().text_or("ReceiptHandle"));
  f.w.loop.advance(30s);
  f.receive();
  CHECK(f.message().text_or("ReceiptHandle") != old);
  for (int i = 0; i < 2; ++i) {
    f.w.ok("sqs", "DeleteMessage", Map{{"QueueUrl", Value(f.url)}, {"ReceiptHandle", Value(old)}});
    CHECK(f.attribute("ApproximateNumberOfMessagesNotVisible") == "0");
  }
  const auto refused = [&](const std::string& url, const std::string& handle) {
    const auto fault =
        f.w.fails("sqs", "DeleteMessage", Map{{"QueueUrl", Value(url)}, {"ReceiptHandle", Value(handle)}});
    return fault.code + ": " + fault.message;
  };
  CHECK(refused(f.url, "nonsense") ==
        "ReceiptHandleIsInvalid: The input receipt handle \"nonsense\" is not a valid receipt handle.");
  CHECK(refused(f.create("other"), old) ==
        "ReceiptHandleIsInvalid: The receipt handle \"" + old + "\" is not valid for this queue.");
}

TEST_CASE("a long poll is woken by an arriving message") {
  Fixture f;
  const auto poll = f.poll(20);
  f.w.loop.advance(5s);
  CHECK_FALSE(poll->done);
  f.send("hi");
  REQUIRE(poll->done);
  CHECK(Fixture::bodies(poll->value) == Bodies{"hi"});
}

TEST_CASE("a delayed message wakes a long poll at the instant it becomes visible") {
  Fixture f;
  f.send("hi", 15);
  const auto poll = f.poll(20);
  f.w.loop.advance(14999ms);
  REQUIRE_FALSE(poll->done);
  f.w.loop.advance(1ms);
  REQUIRE(poll->done);
  CHECK(Fixture::bodies(poll->value) == Bodies{"hi"});
}

TEST_CASE("a message that reappears wakes a long poll") {
  Fixture f;
  f.send("hi");
  f.receive();
  const auto poll = f.poll(20);
  f.w.ok("sqs", "ChangeMessageVisibility",
         Map{{"QueueUrl", Value(f.url)},
             {"ReceiptHandle", Value(f.message().text_or("ReceiptHandle"))},
             {"VisibilityTimeout", 3}});
  f.w.loop.advance(2999ms);
  REQUIRE_FALSE(poll->done);
  f.w.loop.advance(1ms);
  REQUIRE(poll->done);
  CHECK(Fixture::bodies(poll->value).size() == 1);
}

TEST_CASE("an empty long poll ends at its deadline") {
  Fixture f;
  const auto poll = f.poll(20);
  f.w.loop.advance(19999ms);
  CHECK_FALSE(poll->done);
  f.w.loop.advance(1ms);
  REQUIRE(poll->done);
  CHECK(Fixture::bodies(poll->value).empty());
}

TEST_CASE("two waiters get one message each, the longest waiting first") {
  Fixture f;
  const auto first = f.poll(20), second = f.poll(20);
  f.send("a");
  CHECK(first->done);
  CHECK_FALSE(second->done);
  f.send("b");
  REQUIRE(second->done);
  CHECK(Fixture::bodies(second->value) == Bodies{"b"});
}

TEST_CASE("messages expire after the retention period") {
  Fixture f(Map{{"MessageRetentionPeriod", "60"}});
  f.send("old");
  f.w.loop.advance(60s);
  f.send("new");
  f.w.loop.advance(1ms);
  CHECK(f.receive() == Bodies{"new"});
}

TEST_CASE("a message that was received too often moves to the dead-letter queue") {
  Fixture f;
  const std::string dead = f.create("dead");
  f.w.ok("sqs", "SetQueueAttributes",
         Map{{"QueueUrl", Value(f.url)},
             {"Attributes", Map{{"RedrivePolicy",
                                 "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\","
                                 "\"maxReceiveCount\":\"2\"}"},
                                {"VisibilityTimeout", "1"}}}});
  f.send("poison");
  for (int i = 0; i < 2; ++i) {
    CHECK(f.receive().size() == 1);
    f.w.loop.advance(1s);
  }
  CHECK(f.receive().empty());
  CHECK(f.receive(10, dead) == Bodies{"poison"});
  CHECK(f.message().find("Attributes")->text_or("DeadLetterQueueSourceArn") ==
        "arn:aws:sqs:us-east-1:000000000000:q");
  CHECK(f.message().find("Attributes")->text_or("ApproximateReceiveCount") == "3");
}

TEST_CASE("a batch fails entry by entry") {
  Fixture f;
  const Value answer =
      f.w.ok("sqs", "SendMessageBatch",
             Map{{"QueueUrl", Value(f.url)},
                 {"Entries", List{Map{{"Id", "good"}, {"MessageBody", "a"}},
                                  Map{{"Id", "bad"}, {"MessageBody", "b"}, {"DelaySeconds", 901}}}}});
  REQUIRE(answer.find("Successful")->list().size() == 1);
  REQUIRE(answer.find("Failed")->list().size() == 1);
  CHECK(answer.find("Failed")->list()[0].text_or("Code") == "InvalidParameterValue");
}

TEST_CASE("a batch whose entries lack a member is refused as a whole") {
  Fixture f;
  const auto refused = [&](const char* operation, Map first, Map second) {
    const auto fault = f.w.fails(
        "sqs", operation, Map{{"QueueUrl", Value(f.url)}, {"Entries", List{Value(first), Value(second)}}});
    CHECK(fault.query_code == "MissingParameter");
    return fault.message;
  };
  const std::string missing = "The request must contain the parameter ";
  const Map good{{"Id", "1"}, {"MessageBody", "x"}, {"ReceiptHandle", "x"}, {"VisibilityTimeout", 1}};
  CHECK(refused("SendMessageBatch", good, Map{{"MessageBody", "x"}}) ==
        missing + "SendMessageBatchRequestEntry.2.Id.");
  CHECK(refused("SendMessageBatch", good, Map{{"Id", "2"}}) ==
        missing + "SendMessageBatchRequestEntry.2.MessageBody.");
  CHECK(refused("DeleteMessageBatch", Map{{"Id", "2"}}, good) ==
        missing + "DeleteMessageBatchRequestEntry.1.ReceiptHandle.");
  CHECK(refused("ChangeMessageVisibilityBatch", Map{{"ReceiptHandle", "x"}}, good) ==
        missing + "ChangeMessageVisibilityBatchRequestEntry.1.Id.");
  CHECK(f.receive().empty());
}

TEST_CASE("the trace header is the only system attribute that can be sent") {
  Fixture f;
  const auto refused = [&](const char* name, Map value) {
    return f.w
        .fails("sqs", "SendMessage",
               Map{{"QueueUrl", Value(f.url)},
                   {"MessageBody", "x"},
                   {"MessageSystemAttributes", Map{{name, Value(std::move(value))}}}})
        .message;
  };
  CHECK(refused("Other", Map{{"DataType", "String"}, {"StringValue", "v"}}) ==
        "Message system attribute name 'Other' is invalid.");
  CHECK(refused("AWSTraceHeader", Map{{"DataType", "String"}, {"StringValue", ""}}) ==
        "Message system attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.");
  CHECK(refused("AWSTraceHeader", Map{{"DataType", "Number"}, {"StringValue", "1"}})
            .starts_with("The type of message system attribute 'AWSTraceHeader' is invalid."));
}

TEST_CASE("the digests are those that clients compute") {
  Fixture f;
  const auto text = [](const char* v) { return Map{{"DataType", "String"}, {"StringValue", v}}; };
  const Value sent =
      f.w.ok("sqs", "SendMessage",
             Map{{"QueueUrl", Value(f.url)},
                 {"MessageBody", "x"},
                 {"MessageAttributes",
                  Map{{"General", text("Kenobi")}, {"Hello", text("There")}, {"Help.Me", text("Me")}}}});
  CHECK(sent.text_or("MD5OfMessageAttributes") == "4c360f3fdafd970e05fae2f149d997f5");
  CHECK(sent.text_or("MD5OfMessageBody") == md5_hex("x"));
}

TEST_CASE("message attributes are refused in AWS's words") {
  Fixture f;
  const auto refused = [&](const std::string& name, Map value) {
    const auto fault = f.w.fails("sqs", "SendMessage",
                                 Map{{"QueueUrl", Value(f.url)},
                                     {"MessageBody", "x"},
                                     {"MessageAttributes", Map{{name, Value(std::move(value))}}}});
    CHECK(fault.query_code == "InvalidParameterValue");
    return fault.message;
  };
  const Map good{{"DataType", "String"}, {"StringValue", "v"}};
  CHECK(refused("", good) == "The request must contain non-empty message (user) attribute names.");
  CHECK(refused(std::string(257, 'n'), good) ==
        "Message (user) attribute name must be shorter than 256 bytes.");
  for (const std::string name : {"a b", "a\u00a7", "a\u0180", "a!"})
    CHECK(refused(name, good).starts_with("Message (user) attribute name '" + name + "' is invalid."));
  f.w.ok("sqs", "SendMessage",
         Map{{"QueueUrl", Value(f.url)},
             {"MessageBody", "x"},
             {"MessageAttributes", Map{{"attr.1\u00f8\u00df\u00e4\u017f", Value(good)}}}});
  for (const char* reserved : {"AWS.x", "amazon.x"})
    CHECK(refused(reserved, good) ==
          "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are "
          "reserved "
          "for internal use.");
  CHECK(refused(".x", good) == "Message (user) attribute name must not begin with character '.'.");
  CHECK(refused("x.", good) == "Message (user) attribute name must not end with character '.'.");
  CHECK(refused("x..y", good) == "Message (user) attribute name must not have successive '.' characters.");
  CHECK(refused("n", Map{}) ==
        "The message (user) attribute 'n' must contain a non-empty message attribute value.");
  CHECK(refused("n", Map{{"StringValue", "v"}}) ==
        "The message (user) attribute 'n' must contain a non-empty message attribute type.");
  CHECK(refused("n", Map{{"DataType", "Text"}, {"StringValue", "v"}}) ==
        "The type of message (user) attribute 'n' is invalid. You must use only the following supported type "
        "prefixes: Binary, Number, String.");
  CHECK(refused("n", Map{{"DataType", Value("String." + std::string(250, 'x'))}, {"StringValue", "v"}}) ==
        "Message (user) attribute type must be shorter than 256 bytes.");
  CHECK(refused("n", Map{{"DataType", "StringList"}, {"StringListValues", List{Value("v")}}}) ==
        "Message attribute list values in SendMessage operation are not supported.");
  CHECK(refused("n", Map{{"DataType", "String"}, {"StringValue", ""}}) ==
        "Message (user) attribute 'n' must contain a non-empty value of type 'String'.");
  CHECK(refused("n", Map{{"DataType", "String"}, {"StringValue", "v"}, {"BinaryValue", Value(Bytes("x"))}}) ==
        "Message (user) attribute 'n' must have a single value.");
  CHECK(refused("n", Map{{"DataType", "Number"}, {"StringValue", "one"}}) ==
        "Can't cast the value of message (user) attribute 'n' to a number.");
  Map eleven;
  for (int i = 0; i < 11; ++i) eleven.add("n" + std::to_string(i), Value(good));
  CHECK(f.w.fails("sqs", "SendMessage",
                  Map{{"QueueUrl", Value(f.url)},
                      {"MessageBody", "x"},
                      {"MessageAttributes", Value(std::move(eleven))}})
            .message == "Number of message attributes [11] exceeds the allowed maximum [10].");
}

TEST_CASE("creating a queue again needs equal attributes") {
  Fixture f(Map{{"DelaySeconds", "5"}});
  CHECK(f.create("q", Map{{"DelaySeconds", "5"}}) == f.url);
  CHECK(f.w.fails("sqs", "CreateQueue", Map{{"QueueName", "q"}, {"Attributes", Map{{"DelaySeconds", "6"}}}})
            .message ==
        "A queue already exists with the same name and a different value for attribute DelaySeconds");
}

TEST_CASE("a long poll of a deleted queue ends") {
  Fixture f;
  const auto poll = f.poll(20);
  f.w.ok("sqs", "DeleteQueue", Map{{"QueueUrl", Value(f.url)}});
  CHECK(poll->done);
  CHECK(f.w.fails("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(f.url)}}).code == "QueueDoesNotExist");
}

TEST_CASE("the Query protocol answers XML, and the old JSON form to those who accept JSON") {
  Fixture f;
  HttpRequest request;
  request.method = "POST";
  request.target = "/000000000000/q";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "Action=SendMessage&MessageBody=hello";
  const HttpResponse xml = f.w.http("sqs", request);
  CHECK(xml.status == 200);
  CHECK(xml.body.find("<MD5OfMessageBody>5d41402abc4b2a76b9719d911017c592</MD5OfMessageBody>") !=
        std::string::npos);
  const std::string sent = std::exchange(request.body, "Action=ReceiveMessage&MessageAttributeName.1=All");
  f.receive();
  CHECK(f.w.http("sqs", request).body.find("<ReceiveMessageResult/><ResponseMetadata>") != std::string::npos);
  request.body = sent;
  request.headers.add("Accept", "application/json");
  const HttpResponse json = f.w.http("sqs", request);
  CHECK(json.body.find(
            "\"SendMessageResult\":{\"MD5OfMessageAttributes\":null,\"MD5OfMessageBody\":"
            "\"5d41402abc4b2a76b9719d911017c592\",\"MD5OfMessageSystemAttributes\":null,\"MessageId\":") !=
        std::string::npos);
}
