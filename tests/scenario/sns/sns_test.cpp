// SNS in virtual time: subscriptions, deliveries and their retries.
#include <catch2/catch.hpp>

#include "inbox/mime.hpp"
#include "services/sns/sns.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kQueueArn = "arn:aws:sqs:us-east-1:000000000000:q";

struct Fixture {
  World w{{sqs::make, sns::make}};
  std::string topic, url;
  Fixture() {
    topic = std::string(w.ok("sns", "CreateTopic", Map{{"Name", Value("t")}}).text_or("TopicArn"));
    url = std::string(w.ok("sqs", "CreateQueue", Map{{"QueueName", Value("q")}}).text_or("QueueUrl"));
    // The queue lets the topic send.
    const std::string policy =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},)"
        R"("Action":"sqs:SendMessage","Resource":")" +
        kQueueArn + "\"}]}";
    w.ok("sqs", "SetQueueAttributes",
         Map{{"QueueUrl", Value(url)}, {"Attributes", Map{{"Policy", Value(policy)}}}});
  }
  Value subscribe(const char* protocol, const std::string& endpoint, Map attributes = {}) {
    return w.ok("sns", "Subscribe",
                Map{{"TopicArn", Value(topic)},
                    {"Protocol", Value(protocol)},
                    {"Endpoint", Value(endpoint)},
                    {"Attributes", Value(std::move(attributes))},
                    {"ReturnSubscriptionArn", Value(true)}});
  }
  void publish(const std::string& message, Map more = {}) {
    more.add("TopicArn", Value(topic));
    more.add("Message", Value(message));
    w.ok("sns", "Publish", std::move(more));
  }
  std::vector<std::string> bodies() {
    const Value got =
        w.ok("sqs", "ReceiveMessage", Map{{"QueueUrl", Value(url)}, {"MaxNumberOfMessages", Value(10)}});
    std::vector<std::string> out;
    if (const Value* messages = got.find("Messages"))
      for (const Value& m : messages->list()) out.emplace_back(m.text_or("Body"));
    return out;
  }
  std::string token() const {
    const std::string text = inbox::parse_message(w.mail.sent.at(0).message).text;
    const std::size_t at = text.find("Token=") + 6;
    return text.substr(at, text.find_first_of("&\r\n ", at) - at);
  }
};

}  // namespace

TEST_CASE("an e-mail subscription is pending until its token is confirmed, then gets mail") {
  Fixture f;
  f.subscribe("email", "a@example.com");
  f.w.loop.run_ready();
  REQUIRE(f.w.mail.sent.size() == 1);
  CHECK(f.w.mail.sent[0].to == "a@example.com");
  f.publish("too early");
  f.w.loop.advance(1s);
  CHECK(f.w.mail.sent.size() == 1);
  CHECK(f.w.fails("sns", "ConfirmSubscription", Map{{"TopicArn", Value(f.topic)}, {"Token", Value("wrong")}})
            .code == "InvalidParameter");
  f.w.ok("sns", "ConfirmSubscription", Map{{"TopicArn", Value(f.topic)}, {"Token", Value(f.token())}});
  f.publish("hello", Map{{"Subject", Value("greeting")}});
  f.w.loop.advance(1s);
  REQUIRE(f.w.mail.sent.size() == 2);
  const inbox::Message mail = inbox::parse_message(f.w.mail.sent[1].message);
  CHECK(mail.header("Subject") == "greeting");
  CHECK(mail.text.starts_with("hello"));
  CHECK(mail.text.find("Action=Unsubscribe") != std::string::npos);
}

TEST_CASE("a relay that is busy is tried again, one that refuses for good is not") {
  Fixture f;
  f.subscribe("email", "a@example.com");
  f.w.loop.run_ready();
  f.w.ok("sns", "ConfirmSubscription", Map{{"TopicArn", Value(f.topic)}, {"Token", Value(f.token())}});
  f.w.mail.sent.clear();
  f.w.mail.outcomes = {{MailOutcome::Kind::transient, "451 later"},
                       {MailOutcome::Kind::transient, "451 later"}};
  f.publish("patient");
  f.w.loop.advance(500ms);
  CHECK(f.w.mail.sent.empty());
  f.w.loop.advance(10s);
  CHECK(f.w.mail.sent.size() == 1);
  f.w.mail.outcomes = {{MailOutcome::Kind::permanent, "550 nobody"}};
  f.publish("gone");
  f.w.loop.advance(std::chrono::hours(7));
  CHECK(f.w.mail.sent.size() == 1);
}

TEST_CASE("a queue gets the envelope, or with raw delivery the message itself") {
  Fixture f;
  const Value made = f.subscribe("sqs", kQueueArn);
  f.publish("plain");
  f.w.loop.advance(1s);
  const auto first = f.bodies();
  REQUIRE(first.size() == 1);
  const auto envelope = wire::parse_json(first[0]);
  REQUIRE(envelope);
  CHECK(envelope->text_or("Type") == "Notification");
  CHECK(envelope->text_or("TopicArn") == f.topic);
  CHECK(envelope->text_or("Message") == "plain");
  f.w.ok("sns", "SetSubscriptionAttributes",
         Map{{"SubscriptionArn", Value(made.text_or("SubscriptionArn"))},
             {"AttributeName", Value("RawMessageDelivery")},
             {"AttributeValue", Value("true")}});
  f.publish("raw");
  f.w.loop.advance(1s);
  CHECK(f.bodies() == std::vector<std::string>{"raw"});
}

TEST_CASE("MessageStructure json gives each protocol its own text") {
  Fixture f;
  f.subscribe("sqs", kQueueArn, Map{{"RawMessageDelivery", Value("true")}});
  f.publish(R"({"default":"d","sqs":"for the queue"})", Map{{"MessageStructure", Value("json")}});
  f.w.loop.advance(1s);
  CHECK(f.bodies() == std::vector<std::string>{"for the queue"});
  Map in{{"TopicArn", Value(f.topic)}, {"Message", Value("{}")}, {"MessageStructure", Value("json")}};
  CHECK(f.w.fails("sns", "Publish", std::move(in)).code == "InvalidParameter");
}

TEST_CASE("deliveries that were not made yet are made after a restart") {
  Fixture f;
  f.subscribe("sqs", kQueueArn, Map{{"RawMessageDelivery", Value("true")}});
  f.w.begin("sns", "Publish", Map{{"TopicArn", Value(f.topic)}, {"Message", Value("kept")}}, f.w.as);
  f.w.engine->store().commit_now();
  f.w.engine->stop();  // before the job ran
  f.w.engine->start();
  f.w.loop.advance(1s);
  CHECK(f.bodies() == std::vector<std::string>{"kept"});
}
