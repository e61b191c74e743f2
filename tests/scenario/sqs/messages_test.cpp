// What a message carries and what is asked back of it: digests, sizes, characters, attributes and their
// names.
#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

Map text(const std::string& value, const std::string& type = "String") {
  return Map{{"DataType", Value(type)}, {"StringValue", Value(value)}};
}

struct Messages : Queues {
  std::string url = create("q");
  Map attributes(Map more) { return Map{{"MessageAttributes", Value(std::move(more))}}; }
  wire::Fault refused(const std::string& body, Map more = {}) {
    return w.fails("sqs", "SendMessage", message(url, body, std::move(more)));
  }
  /// The only message, hidden for no time.
  Value get(Map more) {
    more["QueueUrl"] = Value(url);
    more["VisibilityTimeout"] = Value(0);
    const Value answer = w.ok("sqs", "ReceiveMessage", std::move(more));
    const Value* messages = answer.find("Messages");
    REQUIRE(messages);
    return messages->list()[0];
  }
  static std::vector<std::string> names(const Value& message, const char* member) {
    std::vector<std::string> out;
    if (const Value* all = message.find(member))
      for (const auto& [name, value] : all->map()) out.push_back(name);
    std::sort(out.begin(), out.end());
    return out;
  }
  wire::Fault batch(List entries) {
    return w.fails("sqs", "SendMessageBatch",
                   Map{{"QueueUrl", Value(url)}, {"Entries", Value(std::move(entries))}});
  }
};

using Names = std::vector<std::string>;

Value entry(const std::string& id, const std::string& body = "x") {
  return Map{{"Id", Value(id)}, {"MessageBody", Value(body)}};
}

}  // namespace

TEST_CASE("messages: digests are AWS's") {
  Messages f;
  const auto digest = [&](Map all) {
    return std::string(f.send(f.url, "x", f.attributes(std::move(all))).text_or("MD5OfMessageAttributes"));
  };
  CHECK(digest(Map{{"General", Value(text("Kenobi"))}, {"Hello", Value(text("There"))}}) ==
        "fca026605781cb4126a1e9044df24232");
  CHECK(digest(Map{{"Foo", Value(text("Bar"))}}) == "ae7155c6026991b6d54b11589678bf9c");
  CHECK(digest(Map{{"attr1", Value(text("99.12", "Number"))}}) == "d302007e9aa062660afc85fd0a482472");
  CHECK(digest(Map{{"MyAttribute", Value(text("foobar"))}}) == "adb59cd4678ea5a855436b949cd07ab6");
  const Map trace{{"AWSTraceHeader", Value(text("Root=1-5759e988-bd862e3fe1be46a994272793;Parent="
                                                "53995c3f42cd8ad8;Sampled=1"))}};
  const Value sent = f.send(f.url, "x", Map{{"MessageSystemAttributes", Value(trace)}});
  CHECK(sent.text_or("MD5OfMessageSystemAttributes") == "5ae4d5d7636402d80f4eb6d213245a88");
  CHECK_FALSE(sent.find("MD5OfMessageAttributes"));
  CHECK_FALSE(f.send(f.url, "x").find("MD5OfMessageSystemAttributes"));
}

TEST_CASE("messages: body and attributes count against the queue's size, system attributes do not") {
  Messages f;
  f.set(f.url, Map{{"MaximumMessageSize", "1024"}});
  const std::string too_long =
      "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.";
  CHECK(f.refused(std::string(1025, 'x')).message == too_long);
  const Map ten = f.attributes(Map{{"n", Value(text("123", "String"))}});
  CHECK(f.refused(std::string(1015, 'x'), ten).message == too_long);
  CHECK(f.refused(std::string(1015, 'x'), ten).query_code == "InvalidParameterValue");
  Map fits = ten;
  fits["MessageSystemAttributes"] = Value(Map{{"AWSTraceHeader", Value(text(std::string(200, 'r')))}});
  f.send(f.url, std::string(1014, 'x'), fits);
  f.send(f.url, "\xc3\xa9" + std::string(1022, 'x'));
  CHECK(f.refused("\xc3\xa9" + std::string(1023, 'x')).message == too_long);
}

TEST_CASE("messages: a batch is a mebibyte in all, an entry no longer than the queue allows") {
  Messages f;
  const auto sized = [&](std::size_t a, std::size_t b) {
    return List{entry("1", std::string(a, 'x')), entry("2", std::string(b, 'y'))};
  };
  const auto fault = f.batch(sized(524'288, 524'289));
  CHECK(fault.code == "BatchRequestTooLong");
  CHECK(fault.message == "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.");
  const auto send = [&](List entries) {
    return f.w.ok("sqs", "SendMessageBatch",
                  Map{{"QueueUrl", Value(f.url)}, {"Entries", Value(std::move(entries))}});
  };
  CHECK_FALSE(send(sized(524'288, 524'288)).find("Failed"));
  f.set(f.url, Map{{"MaximumMessageSize", "1024"}});
  const Value answer = send(sized(1024, 1025));
  CHECK(answer.find("Successful")->list()[0].text_or("Id") == "1");
  const Value& failed = answer.find("Failed")->list()[0];
  CHECK(failed.text_or("Id") == "2");
  CHECK(failed.text_or("Code") == "InvalidParameterValue");
  CHECK(failed.find("SenderFault")->boolean());
  CHECK(failed.text_or("Message") ==
        "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.");
}

TEST_CASE("messages: a batch is refused as a whole in AWS's order of checks") {
  Messages f;
  List eleven;
  for (int i = 0; i < 11; ++i) eleven.push_back(entry("same id!"));
  const auto why = [](const wire::Fault& fault) { return fault.query_code + ": " + fault.message; };
  const std::string prefix = "AWS.SimpleQueueService.";
  CHECK(why(f.batch({})) ==
        prefix +
            "EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.");
  CHECK(why(f.batch(eleven)) ==
        prefix +
            "TooManyEntriesInBatchRequest: Maximum number of entries per request are 10. You have sent 11.");
  for (const std::string& bad : {std::string(), std::string("a b"), std::string(81, 'a')})
    CHECK(why(f.batch(List{entry(bad), entry(bad)})) ==
          prefix +
              "InvalidBatchEntryId: A batch entry id can only contain alphanumeric characters, hyphens and "
              "underscores. It can be at most 80 letters long.");
  const std::string large(600'000, 'x');
  CHECK(why(f.batch(List{entry("a", large), entry("a", large)})) ==
        prefix + "BatchEntryIdsNotDistinct: Id a repeated.");
  f.url = f.create("q.fifo");
  CHECK(why(f.batch(List{entry("a"), entry("a")})) ==
        "InvalidParameterValue: The request must contain the parameter MessageGroupId.");
}

TEST_CASE("messages: characters that XML cannot carry are refused") {
  Messages f;
  for (const char* body : {"\t\n\r ~", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"})
    f.send(f.url, body);
  for (const char* body : {"\x01", "x\x1f", "\x0b", "\xef\xbf\xbe", "x\xef\xbf\xbf"}) {
    CHECK(f.refused(body).code == "InvalidMessageContents");
    const Value answer = f.w.ok("sqs", "SendMessageBatch",
                                Map{{"QueueUrl", Value(f.url)}, {"Entries", List{entry("a", body)}}});
    CHECK(answer.find("Failed")->list()[0].text_or("Code") == "InvalidMessageContents");
  }
  CHECK(f.refused("").query_code == "MissingParameter");
}

TEST_CASE("messages: attributes come back by name, and the digest covers those that do") {
  Messages f;
  f.send(f.url, "x",
         f.attributes(Map{{"Hello", Value(text("There"))},
                          {"General", Value(text("Kenobi"))},
                          {"Help.Me", Value(text("Me"))}}));
  const auto get = [&](List wanted) {
    return f.get(Map{{"MessageAttributeNames", Value(std::move(wanted))}});
  };
  for (const char* all : {"All", ".*", "*"}) {
    const Value m = get(List{Value(all)});
    CHECK(Messages::names(m, "MessageAttributes") == Names{"General", "Hello", "Help.Me"});
    CHECK(m.text_or("MD5OfMessageAttributes") == "4c360f3fdafd970e05fae2f149d997f5");
  }
  const Value two = get(List{Value("Hello"), Value("General"), Value("other")});
  CHECK(Messages::names(two, "MessageAttributes") == Names{"General", "Hello"});
  CHECK(two.text_or("MD5OfMessageAttributes") == "fca026605781cb4126a1e9044df24232");
  CHECK(Messages::names(get(List{Value("Hel.*")}), "MessageAttributes") == Names{"Hello", "Help.Me"});
  for (const Value& m : {get({}), get(List{Value("hello")}), get(List{Value("%")})}) {
    CHECK_FALSE(m.find("MessageAttributes"));
    CHECK_FALSE(m.find("MD5OfMessageAttributes"));
  }
}

TEST_CASE("messages: system attributes come back when they are asked for, in either spelling") {
  Messages f;
  f.send(f.url, "x");
  CHECK_FALSE(f.get({}).find("Attributes"));
  const Names all{"ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp"};
  for (const char* spelling : {"AttributeNames", "MessageSystemAttributeNames"}) {
    CHECK(Messages::names(f.get(Map{{spelling, List{Value("All")}}}), "Attributes") == all);
    CHECK(Messages::names(f.get(Map{{spelling, List{Value("SenderId"), Value("SequenceNumber")}}}),
                          "Attributes") == Names{"SenderId"});
    CHECK_FALSE(f.get(Map{{spelling, List{Value("SequenceNumber")}}}).find("Attributes"));
  }
  const Value both = f.get(Map{{"AttributeNames", List{Value("SenderId")}},
                               {"MessageSystemAttributeNames", List{Value("SentTimestamp")}}});
  CHECK(Messages::names(both, "Attributes") == Names{"SenderId", "SentTimestamp"});
  CHECK(both.find("Attributes")->text_or("SenderId") == f.w.as.user_id);
  CHECK(both.find("Attributes")->text_or("SentTimestamp") == std::to_string(to_millis(f.w.loop.now())));
  // In a query the new spelling wins.
  HttpRequest query;
  query.method = "POST";
  query.target = "/000000000000/q";
  query.headers.add("Content-Type", "application/x-www-form-urlencoded");
  query.body = "Action=ReceiveMessage&AttributeName.1=SenderId&MessageSystemAttributeName.1=SentTimestamp";
  const std::string answer = f.w.http("sqs", query).body;
  CHECK(answer.find("<Name>SentTimestamp</Name>") != std::string::npos);
  CHECK(answer.find("SenderId") == std::string::npos);
}

TEST_CASE("messages: the trace header of a request becomes the message's, one that is sent wins") {
  Messages f;
  const auto trace = [&](Map input) {
    HttpRequest request = Queues::request("SendMessage", Queues::message(f.url, "x", std::move(input)));
    Call call;
    call.account = f.w.account;
    call.region = f.w.region;
    call.principal = f.w.as;
    call.now = f.w.loop.now();
    call.trace_id = "Root=1-00000000-header";
    f.w.engine->dispatcher().handle(*f.w.engine->service("sqs"), std::move(request), std::move(call),
                                    [](HttpResponse r) { CHECK(r.status == 200); });
    f.w.loop.run_ready();
    const auto got = f.w.ok("sqs", "ReceiveMessage", Queues::receiving(f.url, 1));
    return std::string(got.find("Messages")->list()[0].find("Attributes")->text_or("AWSTraceHeader"));
  };
  CHECK(trace({}) == "Root=1-00000000-header");
  CHECK(trace(Map{{"MessageSystemAttributes",
                   Map{{"AWSTraceHeader", Value(text("Root=1-00000000-sent"))}}}}) == "Root=1-00000000-sent");
}

TEST_CASE("messages: what is out of range is refused in AWS's words") {
  Messages f;
  f.send(f.url, "x");
  const Got got = f.receive(f.url)[0];
  const auto receive = [&](const char* parameter, int value) {
    return f.w.fails("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(f.url)}, {parameter, Value(value)}})
        .message;
  };
  for (const int bad : {0, 11, -1})
    CHECK(
        receive("MaxNumberOfMessages", bad) ==
        "Value " + std::to_string(bad) +
            " for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.");
  for (const int bad : {21, -1})
    CHECK(receive("WaitTimeSeconds", bad) ==
          "Value " + std::to_string(bad) +
              " for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.");
  for (const int bad : {43'201, -1}) {
    const std::string value =
        "Value " + std::to_string(bad) + " for parameter VisibilityTimeout is invalid. ";
    CHECK(receive("VisibilityTimeout", bad) == value + "Reason: Must be >= 0 and <= 43200, if provided.");
    CHECK(f.w.fails("sqs", "ChangeMessageVisibility", Queues::changing(f.url, got, bad)).message ==
          value + "Reason: VisibilityTimeout must be an integer between 0 and 43200.");
  }
  for (const int bad : {901, -1})
    CHECK(f.refused("x", Map{{"DelaySeconds", Value(bad)}}).message ==
          "Value " + std::to_string(bad) +
              " for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.");
  CHECK(f.w.fails("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(f.url)}, {"ReceiveRequestAttemptId", "a"}})
            .message ==
        "Value a for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter "
        "that is "
        "not valid for this queue type.");
}

TEST_CASE("messages: a delay of a message counts more than the queue's, a FIFO queue's own delay alone") {
  Messages f;
  f.set(f.url, Map{{"DelaySeconds", "10"}});
  f.send(f.url, "queue's");
  f.send(f.url, "own", Map{{"DelaySeconds", 5}});
  f.send(f.url, "none", Map{{"DelaySeconds", 0}});
  CHECK(f.take(f.url) == Bodies{"none"});
  f.advance(5s);
  CHECK(f.take(f.url) == Bodies{"own"});
  f.advance(5s);
  CHECK(f.take(f.url) == Bodies{"queue's"});
  const std::string fifo = f.create("q.fifo", Map{{"DelaySeconds", "10"}});
  f.send(fifo, "x", Map{{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}, {"DelaySeconds", 0}});
  CHECK(f.take(fifo).empty());
  f.advance(10s);
  CHECK(f.take(fifo) == Bodies{"x"});
}
