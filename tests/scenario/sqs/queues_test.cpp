// Queues as resources: names, attributes with their limits, permissions, tags, URLs.
#include <catch2/catch.hpp>

#include "services/sqs/queue_url.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

using Texts = std::map<std::string, std::string>;

Map to_map(const Texts& texts) {
  Map out;
  for (const auto& [name, value] : texts) out.add(name, Value(value));
  return out;
}

struct Fixture {
  World w{{sqs::make}};

  Value input(const std::string& name, const Texts& attributes) {
    return Map{{"QueueName", Value(name)}, {"Attributes", Value(to_map(attributes))}};
  }
  std::string create(const std::string& name, const Texts& attributes = {}) {
    return std::string(w.ok("sqs", "CreateQueue", input(name, attributes)).text_or("QueueUrl"));
  }
  wire::Fault refused(const std::string& name, const Texts& attributes) {
    return w.fails("sqs", "CreateQueue", input(name, attributes));
  }
  void set(const std::string& url, const Texts& attributes) {
    w.ok("sqs", "SetQueueAttributes",
         Map{{"QueueUrl", Value(url)}, {"Attributes", Value(to_map(attributes))}});
  }
  wire::Fault set_fails(const std::string& url, const Texts& attributes) {
    return w.fails("sqs", "SetQueueAttributes",
                   Map{{"QueueUrl", Value(url)}, {"Attributes", Value(to_map(attributes))}});
  }
  Texts attributes(const std::string& url, const std::string& name = "All") {
    Texts out;
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", List{Value(name)}}});
    if (const Value* all = answer.find("Attributes"))
      for (const auto& [key, value] : all->map()) out[key] = value.text();
    return out;
  }
  /// An AWS JSON call as a client sends it, at the virtual instant.
  std::string json(const std::string& operation, const std::string& body) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/";
    request.headers.add("X-Amz-Target", "AmazonSQS." + operation);
    request.headers.add("Content-Type", "application/x-amz-json-1.0");
    request.body = body;
    return w.http("sqs", request).body;
  }
};

std::string arn(const std::string& name) { return "arn:aws:sqs:us-east-1:000000000000:" + name; }

std::string redrive(const std::string& target, const std::string& count = "3") {
  return "{\"deadLetterTargetArn\":\"" + target + "\",\"maxReceiveCount\":" + count + "}";
}

std::string why(const wire::Fault& fault) { return fault.code + ": " + fault.message; }

}  // namespace

TEST_CASE("names have 1 to 80 characters, the suffix .fifo counts and belongs to FIFO queues") {
  Fixture f;
  const std::string wrong =
      "InvalidParameterValueException: Can only include alphanumeric characters, hyphens, or underscores. 1 "
      "to "
      "80 in length";
  for (const std::string& name : {std::string(), std::string(81, 'a'), std::string("a.b"),
                                  std::string("a.fifo"), std::string("\xc3\xa9")})
    CHECK(why(f.refused(name, {})) == wrong);
  CHECK(f.w.fails("sqs", "GetQueueUrl", Map{{"QueueName", ""}}).message ==
        "Value for parameter QueueName is invalid. Reason: Must specify a queue name.");
  f.create(std::string(80, 'a'));
  f.create(std::string(75, 'a') + ".fifo", {{"FifoQueue", "true"}});
  for (const std::string& name : {std::string("a"), std::string(".fifo"), std::string(76, 'a') + ".fifo"})
    CHECK(
        why(f.refused(name, {{"FifoQueue", "true"}})) ==
        "InvalidParameterValueException: The name of a FIFO queue can only include alphanumeric characters, "
        "hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.");
}

TEST_CASE("a new queue shows exactly AWS's attributes") {
  Fixture f;
  const Texts standard = f.attributes(f.create("q"));
  CHECK(standard.size() == 12);
  for (const auto& [name, value] : Texts{{"DelaySeconds", "0"},
                                         {"MaximumMessageSize", "1048576"},
                                         {"MessageRetentionPeriod", "345600"},
                                         {"ReceiveMessageWaitTimeSeconds", "0"},
                                         {"VisibilityTimeout", "30"},
                                         {"SqsManagedSseEnabled", "true"},
                                         {"ApproximateNumberOfMessages", "0"},
                                         {"QueueArn", arn("q")}}) {
    CAPTURE(name);
    CHECK(standard.at(name) == value);
  }
  const Texts fifo = f.attributes(f.create("q.fifo", {{"FifoQueue", "true"}}));
  CHECK(fifo.size() == 16);
  CHECK(fifo.at("FifoQueue") == "true");
  CHECK(fifo.at("ContentBasedDeduplication") == "false");
  CHECK(fifo.at("DeduplicationScope") == "queue");
  CHECK(fifo.at("FifoThroughputLimit") == "perQueue");
}

TEST_CASE("no attribute is returned that was not asked for, and unknown names are errors") {
  Fixture f;
  const std::string url = f.create("q");
  CHECK_FALSE(f.w.ok("sqs", "GetQueueAttributes", Map{{"QueueUrl", Value(url)}}).find("Attributes"));
  CHECK(f.attributes(url, "VisibilityTimeout") == Texts{{"VisibilityTimeout", "30"}});
  CHECK(f.attributes(url, "Policy").empty());
  CHECK(why(f.w.fails("sqs", "GetQueueAttributes",
                      Map{{"QueueUrl", Value(url)}, {"AttributeNames", List{Value("Nope")}}})) ==
        "InvalidAttributeName: Unknown Attribute Nope.");
}

TEST_CASE("every number has its range") {
  Fixture f;
  const std::string url = f.create("q");
  struct Range {
    const char* name;
    int low, high;
  };
  for (const Range& r :
       {Range{"DelaySeconds", 0, 900}, Range{"MaximumMessageSize", 1024, 1048576},
        Range{"MessageRetentionPeriod", 60, 1209600}, Range{"ReceiveMessageWaitTimeSeconds", 0, 20},
        Range{"VisibilityTimeout", 0, 43200}, Range{"KmsDataKeyReusePeriodSeconds", 60, 86400}}) {
    CAPTURE(r.name);
    for (const int good : {r.low, r.high}) {
      f.set(url, {{r.name, std::to_string(good)}});
      CHECK(f.attributes(url).at(r.name) == std::to_string(good));
    }
    for (const std::string& bad :
         {std::to_string(r.low - 1), std::to_string(r.high + 1), std::string(), std::string(" 60"),
          std::string("60.5"), std::string("sixty"), std::string("99999999999999999999")})
      CHECK(why(f.set_fails(url, {{r.name, bad}})) ==
            "InvalidAttributeValue: Invalid value for the parameter " + std::string(r.name) + ".");
  }
  for (const char* name : {"QueueArn", "CreatedTimestamp", "ApproximateNumberOfMessages", "All", "Nope"})
    CHECK(why(f.set_fails(url, {{name, "1"}})) ==
          "InvalidAttributeName: Unknown Attribute " + std::string(name) + ".");
}

TEST_CASE("attributes of FIFO queues belong to FIFO queues, and the type never changes") {
  Fixture f;
  const std::string url = f.create("q"), fifo = f.create("q.fifo", {{"FifoQueue", "true"}});
  for (const Texts& given : {Texts{{"FifoQueue", "false"}}, Texts{{"FifoQueue", "true"}}})
    CHECK(why(f.set_fails(url, given)) == "InvalidAttributeName: Unknown Attribute FifoQueue.");
  CHECK(why(f.refused("r", {{"FifoQueue", "false"}})) ==
        "InvalidAttributeName: Unknown Attribute FifoQueue.");
  CHECK(why(f.set_fails(url, {{"ContentBasedDeduplication", "true"}})) ==
        "InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.");
  CHECK(why(f.set_fails(url, {{"DeduplicationScope", "queue"}})) ==
        "InvalidAttributeName: You can specify the DeduplicationScope only when FifoQueue is set to true.");
  CHECK(why(f.set_fails(url, {{"FifoThroughputLimit", "perQueue"}})) ==
        "InvalidAttributeName: You can specify the FifoThroughputLimit only when FifoQueue is set to true.");
  CHECK(
      why(f.set_fails(fifo, {{"FifoQueue", "false"}})) ==
      "InvalidAttributeValue: Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not "
      "supported.");
  f.set(fifo, {{"FifoQueue", "true"}, {"ContentBasedDeduplication", "true"}});
  CHECK(f.attributes(fifo).at("ContentBasedDeduplication") == "true");
}

TEST_CASE("truth values are taken in any case") {
  Fixture f;
  const Texts given{
      {"FifoQueue", "True"}, {"ContentBasedDeduplication", "TRUE"}, {"SqsManagedSseEnabled", "False"}};
  const std::string url = f.create("q.fifo", given);
  CHECK(f.create("q.fifo", given) == url);
  const Texts shown = f.attributes(url);
  CHECK(shown.at("FifoQueue") == "true");
  CHECK(shown.at("ContentBasedDeduplication") == "true");
  CHECK(shown.at("SqsManagedSseEnabled") == "false");
  CHECK(f.set_fails(url, {{"ContentBasedDeduplication", "yes"}}).code == "InvalidAttributeValue");
}

TEST_CASE("a throughput limit per group needs deduplication per group") {
  Fixture f;
  const std::string url = f.create("q.fifo", {{"FifoQueue", "true"}});
  CHECK(f.set_fails(url, {{"FifoThroughputLimit", "perMessageGroupId"}}).code == "InvalidAttributeValue");
  f.set(url, {{"FifoThroughputLimit", "perMessageGroupId"}, {"DeduplicationScope", "messageGroup"}});
  CHECK(f.set_fails(url, {{"DeduplicationScope", "queue"}}).code == "InvalidAttributeValue");
  CHECK(f.attributes(url).at("DeduplicationScope") == "messageGroup");
}

TEST_CASE("CreateQueue is idempotent as long as what is given is what is there") {
  Fixture f;
  const std::string dead = f.create("dead");
  const Texts given{{"DelaySeconds", "900"},
                    {"RedrivePolicy", redrive(arn("dead"))},
                    {"KmsDataKeyReusePeriodSeconds", "300"}};
  const std::string url = f.create("q", given);
  CHECK(f.create("q", given) == url);
  CHECK(f.create("q") == url);
  CHECK(f.create("q", {{"VisibilityTimeout", "30"}}) == url);
  CHECK(f.create("q", {{"RedrivePolicy", "{\"maxReceiveCount\": \"3\", \"deadLetterTargetArn\": \"" +
                                             arn("dead") + "\"}"}}) == url);
  for (const auto& [name, value] : Texts{{"DelaySeconds", "1"},
                                         {"VisibilityTimeout", "60"},
                                         {"RedrivePolicy", redrive(arn("dead"), "4")},
                                         {"SqsManagedSseEnabled", "false"}}) {
    const wire::Fault fault = f.refused("q", {{name, value}});
    CHECK(fault.query_code == "QueueAlreadyExists");
    CHECK(why(fault) ==
          "QueueNameExists: A queue already exists with the same name and a different value for attribute " +
              name);
  }
}

TEST_CASE("one kind of encryption at a time; the key is stored and shown") {
  Fixture f;
  const std::string both =
      "InvalidAttributeName: You can use one type of server-side encryption (SSE) at one time. You can "
      "either "
      "enable KMS SSE or SQS SSE.";
  CHECK(why(f.refused("r", {{"KmsMasterKeyId", "alias/aws/sqs"}, {"SqsManagedSseEnabled", "true"}})) == both);
  const std::string url = f.create("q", {{"KmsMasterKeyId", "alias/aws/sqs"}});
  Texts shown = f.attributes(url);
  CHECK(shown.at("KmsMasterKeyId") == "alias/aws/sqs");
  CHECK(shown.at("KmsDataKeyReusePeriodSeconds") == "300");
  CHECK(shown.at("SqsManagedSseEnabled") == "false");
  CHECK(why(f.set_fails(url, {{"SqsManagedSseEnabled", "true"}})) == both);
  f.set(url, {{"KmsMasterKeyId", ""}});
  shown = f.attributes(url);
  CHECK_FALSE(shown.contains("KmsMasterKeyId"));
  CHECK_FALSE(shown.contains("KmsDataKeyReusePeriodSeconds"));
  CHECK(shown.at("SqsManagedSseEnabled") == "false");
  f.set(url, {{"SqsManagedSseEnabled", "true"}});
  CHECK(f.attributes(url).at("SqsManagedSseEnabled") == "true");
}

TEST_CASE("a redrive policy names a queue that is there, of the same type, and a count from 1 to 1000") {
  Fixture f;
  const std::string url = f.create("q");
  f.create("dead");
  f.create("dead.fifo", {{"FifoQueue", "true"}});
  const auto refused = [&](const std::string& policy) {
    return f.set_fails(url, {{"RedrivePolicy", policy}}).message;
  };
  const auto reason = [](const std::string& policy, const std::string& text) {
    return "Value " + policy + " for parameter RedrivePolicy is invalid. Reason: " + text;
  };
  for (const char* bad : {"x", "[]", "4", "null"})
    CHECK(refused(bad) ==
          "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.");
  const std::string no_target = "{\"maxReceiveCount\":5}";
  CHECK(refused("{}") ==
        reason("{}", "Redrive policy does not contain mandatory attribute: maxReceiveCount."));
  CHECK(refused(no_target) ==
        reason(no_target, "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."));
  for (const char* count : {"0", "1001", "-36"}) {
    const std::string policy = redrive(arn("dead"), count);
    CHECK(refused(policy) == reason(policy, "Invalid value for maxReceiveCount: " + std::string(count) +
                                                ", valid values are from 1 to 1000 both inclusive."));
  }
  const std::map<std::string, std::string> targets{
      {"dead", "Dead-letter target ARN should be fully qualified ARN."},
      {"arn:aws:sns:us-east-1:000000000000:t",
       "Only SQS queues are valid resources for deadLetterTargetArn."},
      {"arn:aws:sqs:us-east-1:111111111111:dead", "Dead-letter target owner should be same as the source."},
      {arn("dead.fifo"), "Dead-letter queue must be same type of queue as the source.."},
      {arn("none"), "Dead letter target does not exist."}};
  for (const auto& [target, text] : targets) CHECK(refused(redrive(target)) == reason(redrive(target), text));
  f.set(url, {{"RedrivePolicy", redrive(arn("dead"), "\"7\"")}});
  CHECK(f.attributes(url).at("RedrivePolicy") == redrive(arn("dead"), "7"));
  f.set(url, {{"RedrivePolicy", ""}});
  CHECK_FALSE(f.attributes(url).contains("RedrivePolicy"));
}

TEST_CASE("a redrive allow policy says whose dead-letter queue this is") {
  Fixture f;
  const std::string dead = f.create("dead"), url = f.create("q");
  const auto refused = [&](const std::string& policy) {
    return f.set_fails(dead, {{"RedriveAllowPolicy", policy}}).message;
  };
  const std::string cannot = " is invalid. Reason: Amazon SQS can't create the redrive allow policy. ";
  for (const char* bad :
       {"x", "[]", "{}", "{\"redrivePermission\":\"some\"}", "{\"redrivePermission\":\"allowAll\",\"x\":1}",
        "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":\"a\"}"})
    CHECK(refused(bad) ==
          "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive "
          "allow "
          "policy, as it\u2019s in an unsupported format.");
  const std::string none = "{\"redrivePermission\":\"byQueue\"}";
  CHECK(refused(none) ==
        "Value " + none + " for parameter RedriveAllowPolicy" + cannot +
            "When you specify the byQueue permission type, you must also specify one or more "
            "sourceQueueArns values.");
  const std::string all = "{\"redrivePermission\":\"allowAll\",\"sourceQueueArns\":[\"a\"]}";
  CHECK(refused(all) ==
        "Value " + all + " for parameter RedriveAllowPolicy" + cannot +
            "To specify one or more source queue ARNs, you must set redrivePermission to byQueue.");
  std::string eleven = "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"a\"";
  for (int i = 0; i < 10; ++i) eleven += ",\"a\"";
  eleven += "]}";
  CHECK(refused(eleven) == "Value " + eleven + " for parameter RedriveAllowPolicy" + cannot +
                               "The maximum number of source queue ARNs you can specify is 10.");
  f.set(dead, {{"RedriveAllowPolicy", "{\"redrivePermission\":\"denyAll\"}"}});
  CHECK(f.set_fails(url, {{"RedrivePolicy", redrive(arn("dead"))}}).code == "InvalidParameterValueException");
  f.set(dead, {{"RedriveAllowPolicy",
                "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"" + arn("other") + "\"]}"}});
  CHECK(f.set_fails(url, {{"RedrivePolicy", redrive(arn("dead"))}}).code == "InvalidParameterValueException");
  f.create("other", {{"RedrivePolicy", redrive(arn("dead"))}});
}

TEST_CASE("a name can be taken again a minute after its queue was deleted") {
  Fixture f;
  const std::string url = f.create("q");
  const std::string again = "{\"QueueName\":\"q\"}";
  f.json("DeleteQueue", "{\"QueueUrl\":\"" + url + "\"}");
  f.w.loop.advance(59999ms);
  CHECK(f.json("CreateQueue", again) ==
        "{\"__type\":\"com.amazonaws.sqs#QueueDeletedRecently\",\"message\":\"You must wait 60 seconds after "
        "deleting a queue before you can create another with the same name.\"}");
  CHECK(f.json("CreateQueue", "{\"QueueName\":\"other\"}").find("QueueUrl") != std::string::npos);
  f.w.loop.advance(1ms);
  CHECK(f.json("CreateQueue", again).find("QueueUrl") != std::string::npos);
}

TEST_CASE("a queue is purged once a minute") {
  Fixture f;
  const Map url{{"QueueUrl", Value(f.create("q"))}};
  f.w.ok("sqs", "PurgeQueue", url);
  f.w.loop.advance(59999ms);
  const wire::Fault fault = f.w.fails("sqs", "PurgeQueue", url);
  CHECK(fault.status == 403);
  CHECK(why(fault) ==
        "PurgeQueueInProgress: Only one PurgeQueue operation on q is allowed every 60 seconds.");
  f.w.loop.advance(1ms);
  f.w.ok("sqs", "PurgeQueue", url);
}

TEST_CASE("both rules can be switched off") {
  World::Options options;
  options.settings.purge_interval = options.settings.recreate_interval = Duration{};
  World w({sqs::make}, options);
  const Value name = Map{{"QueueName", "q"}};
  const Map url{{"QueueUrl", Value(w.ok("sqs", "CreateQueue", name).text_or("QueueUrl"))}};
  w.ok("sqs", "PurgeQueue", url);
  w.ok("sqs", "PurgeQueue", url);
  w.ok("sqs", "DeleteQueue", url);
  w.ok("sqs", "CreateQueue", name);
}

TEST_CASE("queues are listed in pages of their prefix") {
  Fixture f;
  for (const char* name : {"a1", "a2", "a3", "b1"}) f.create(name);
  CHECK(f.w.ok("sqs", "ListQueues", Map{}).find("QueueUrls")->list().size() == 4);
  CHECK_FALSE(f.w.ok("sqs", "ListQueues", Map{{"QueueNamePrefix", "c"}}).find("QueueUrls"));
  Value page = f.w.ok("sqs", "ListQueues", Map{{"QueueNamePrefix", "a"}, {"MaxResults", 2}});
  CHECK(page.find("QueueUrls")->list().size() == 2);
  page = f.w.ok("sqs", "ListQueues",
                Map{{"QueueNamePrefix", "a"}, {"MaxResults", 2}, {"NextToken", *page.find("NextToken")}});
  CHECK(page.find("QueueUrls")->list().size() == 1);
  CHECK_FALSE(page.find("NextToken"));
  for (const int bad : {0, 1001})
    CHECK(f.w.fails("sqs", "ListQueues", Map{{"MaxResults", bad}}).code == "InvalidParameterValueException");
}

TEST_CASE("tags have limits, and a refused call changes none") {
  Fixture f;
  const std::string url = f.create("q");
  const auto tag = [&](const std::string& key, const std::string& value) {
    return Map{{"QueueUrl", Value(url)}, {"Tags", Map{{key, Value(value)}}}};
  };
  f.w.ok("sqs", "TagQueue", tag(std::string(128, 'k'), std::string(256, 'v')));
  CHECK(f.w.fails("sqs", "TagQueue", tag(std::string(129, 'k'), "v")).message ==
        "Tag keys must be between 1 and 128 characters in length.");
  CHECK(f.w.fails("sqs", "TagQueue", tag("", "v")).code == "InvalidParameterValueException");
  CHECK(f.w.fails("sqs", "TagQueue", tag("k", std::string(257, 'v'))).code ==
        "InvalidParameterValueException");
  CHECK(f.w.fails("sqs", "TagQueue", tag("aws:k", "v")).code == "InvalidParameterValueException");
  Map many;
  for (int i = 0; i < 50; ++i) many.add("k" + std::to_string(i), "v");
  CHECK(f.w.fails("sqs", "TagQueue", Map{{"QueueUrl", Value(url)}, {"Tags", Value(many)}}).message ==
        "Too many tags added for queue q.");
  CHECK(f.w.ok("sqs", "ListQueueTags", Map{{"QueueUrl", Value(url)}}).find("Tags")->map().size() == 1);
  f.w.ok(
      "sqs", "UntagQueue",
      Map{{"QueueUrl", Value(url)}, {"TagKeys", List{Value("no such key"), Value(std::string(128, 'k'))}}});
  CHECK_FALSE(f.w.ok("sqs", "ListQueueTags", Map{{"QueueUrl", Value(url)}}).find("Tags"));
}
