// The policy of a queue, and the two operations that edit it; the URLs that name a queue.
#include <catch2/catch.hpp>

#include "services/sqs/queue_policy.hpp"
#include "services/sqs/queue_url.hpp"
#include "services/sqs/sqs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

const std::string kArn = "arn:aws:sqs:us-east-1:000000000000:q";

struct Fixture {
  World w{{sqs::make}};
  std::string url{w.ok("sqs", "CreateQueue", Map{{"QueueName", "q"}}).text_or("QueueUrl")};

  Value permission(const std::string& label, List accounts, List actions) {
    return Map{{"QueueUrl", Value(url)},
               {"Label", Value(label)},
               {"AWSAccountIds", Value(std::move(accounts))},
               {"Actions", Value(std::move(actions))}};
  }
  void add(const std::string& label, List accounts, List actions) {
    w.ok("sqs", "AddPermission", permission(label, std::move(accounts), std::move(actions)));
  }
  wire::Fault refused(const std::string& label, List accounts, List actions) {
    return w.fails("sqs", "AddPermission", permission(label, std::move(accounts), std::move(actions)));
  }
  std::string policy() {
    const Value answer = w.ok("sqs", "GetQueueAttributes",
                              Map{{"QueueUrl", Value(url)}, {"AttributeNames", List{Value("Policy")}}});
    const Value* all = answer.find("Attributes");
    return all ? std::string(all->text_or("Policy")) : std::string();
  }
  wire::Fault set_fails(const std::string& policy) {
    return w.fails("sqs", "SetQueueAttributes",
                   Map{{"QueueUrl", Value(url)}, {"Attributes", Map{{"Policy", Value(policy)}}}});
  }
};

std::string statement(const std::string& more = "") {
  return R"({"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":")" + kArn + "\"" + more +
         "}";
}

std::string document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

}  // namespace

TEST_CASE("AddPermission writes the statements that AWS writes, RemovePermission takes them out") {
  Fixture f;
  f.add("one", List{Value("111111111111")}, List{Value("ReceiveMessage")});
  const std::string first = R"({"Version":"2008-10-17","Id":")" + kArn +
                            R"(/SQSDefaultPolicy","Statement":[{"Sid":"one","Effect":"Allow",)"
                            R"("Principal":{"AWS":"arn:aws:iam::111111111111:root"},)"
                            R"("Action":"SQS:ReceiveMessage","Resource":")" +
                            kArn + R"("})";
  CHECK(f.policy() == first + "]}");
  f.add("two", List{Value("111111111111"), Value("222222222222")}, List{Value("*"), Value("SendMessage")});
  CHECK(f.policy() ==
        first +
            R"(,{"Sid":"two","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111111111111:root",)"
            R"("arn:aws:iam::222222222222:root"]},"Action":["SQS:*","SQS:SendMessage"],"Resource":")" +
            kArn + "\"}]}");
  const auto remove = [&](const char* label) {
    return Map{{"QueueUrl", Value(f.url)}, {"Label", Value(label)}};
  };
  f.w.ok("sqs", "RemovePermission", remove("two"));
  CHECK(f.policy() == first + "]}");
  CHECK(f.w.fails("sqs", "RemovePermission", remove("two")).message ==
        "Value two for parameter Label is invalid. Reason: can't find label.");
  f.w.ok("sqs", "RemovePermission", remove("one"));
  CHECK(f.policy().empty());
}

TEST_CASE("AddPermission refuses what AWS refuses") {
  Fixture f;
  const List account{Value("111111111111")}, action{Value("ReceiveMessage")};
  f.add("one", account, action);
  CHECK(f.refused("one", account, action).message ==
        "Value one for parameter Label is invalid. Reason: Already exists.");
  CHECK(
      f.refused("two", account, List{Value("CreateQueue")}).message ==
      "Value SQS:CreateQueue for parameter ActionName is invalid. Reason: Only the queue owner is allowed to "
      "invoke this action.");
  CHECK(f.refused("two", account, List{Value("SendMessageBatch")}).message ==
        "Value SQS:SendMessageBatch for parameter ActionName is invalid. Reason: Please refer to the "
        "appropriate "
        "WSDL for a list of valid actions.");
  CHECK(f.refused("two", account, List{}).message == "The request must contain the parameter Actions.");
  CHECK(f.refused("two", List{}, action).message ==
        "Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.");
  CHECK(f.refused("two", List{Value("me")}, action).message ==
        "Value [me] for parameter PrincipalId is invalid. Reason: Unable to verify.");
  CHECK(f.refused("a label", account, action).code == "InvalidParameterValueException");
  const wire::Fault fault = f.refused("two", account, List(8, Value("SendMessage")));
  CHECK(fault.code == "OverLimit");
  CHECK(fault.status == 403);
  CHECK(fault.message == "8 Actions were found, maximum allowed is 7.");
  CHECK(f.policy().find("two") == std::string::npos);
  for (int i = 0; i < 19; ++i) f.add("label" + std::to_string(i), account, action);
  CHECK(f.refused("two", account, action).message == "21 Statements were found, maximum allowed is 20.");
}

TEST_CASE("a policy is checked when it is set and removed by an empty text") {
  Fixture f;
  for (const std::string& bad :
       {std::string("x"), std::string("[]"), std::string("{}"), document(""),
        std::string(R"({"Version":"4532-10-17","Statement":[)") + statement() + "]}",
        document(statement(R"(,"Dummy":1)")), document(statement() + "," + statement(R"(,"Effect":"Maybe")")),
        document(statement(",\"Sid\":\"" + std::string(8192, 'x') + "\""))})
    CHECK(f.set_fails(bad).message == "Invalid value for the parameter Policy.");
  std::string many = statement();
  for (int i = 0; i < 20; ++i) many += "," + statement();
  CHECK(f.set_fails(document(many)).code == "OverLimit");
  CHECK(f.set_fails(document(many)).message ==
        "21 statements were found in the submitted policy, max allowed is 20");
  CHECK(f.w.fails("sqs", "CreateQueue",
                  Map{{"QueueName", "r"}, {"Attributes", Map{{"Policy", Value(document(many))}}}})
            .code == "InvalidParameterValueException");
  // AWS looks at no resource.
  const std::string odd = document(R"({"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sqs:SendMessage",)"
                                   R"("Resource":"'$sqs_queue_arn'"})");
  for (const std::string& good : {document(statement()), odd, std::string()}) {
    f.w.ok("sqs", "SetQueueAttributes",
           Map{{"QueueUrl", Value(f.url)}, {"Attributes", Map{{"Policy", Value(good)}}}});
    CHECK(f.policy() == good);
  }
}

TEST_CASE("a queue URL is understood in every form") {
  using sqs::parse_queue_url;
  struct Case {
    const char *url, *region, *account;
  };
  for (const Case& c :
       {Case{"http://127.0.0.1:4566/000000000000/q", "", "000000000000"},
        Case{"http://localhost:4566/queue/eu-west-1/000000000000/q", "eu-west-1", "000000000000"},
        Case{"https://sqs.eu-west-1.amazonaws.com/111111111111/q", "eu-west-1", "111111111111"},
        Case{"https://eu-west-1.queue.amazonaws.com/111111111111/q", "eu-west-1", "111111111111"},
        Case{"https://queue.amazonaws.com/111111111111/q", "", "111111111111"},
        Case{"http://sqs.us-gov-west-1.localhost.localstack.cloud:4566/000000000000/q/", "us-gov-west-1",
             "000000000000"},
        Case{"/000000000000/q", "", "000000000000"}, Case{"q", "", ""}}) {
    CAPTURE(c.url);
    const sqs::QueueUrl got = parse_queue_url(c.url);
    CHECK(got.region == c.region);
    CHECK(got.account == c.account);
    CHECK(got.name == "q");
  }
  for (const char* url : {"", "/", "://", "http://", "http:///", "a/b", "queue//000000000000/"})
    CHECK(parse_queue_url(url).name != "q");
}

TEST_CASE("a queue URL has the form that was asked for, on the host that the client knows") {
  using sqs::make_queue_url;
  const auto url = [](QueueUrls form, const char* endpoint, const char* region = "us-east-1") {
    return make_queue_url(form, endpoint, region, "000000000000", "q");
  };
  CHECK(url(QueueUrls::plain, "http://localhost:4566") == "http://localhost:4566/000000000000/q");
  CHECK(url(QueueUrls::path, "http://a.b:1") == "http://a.b:1/queue/us-east-1/000000000000/q");
  CHECK(url(QueueUrls::standard, "http://a.b:1") == "http://sqs.us-east-1.a.b:1/000000000000/q");
  CHECK(url(QueueUrls::standard, "http://sqs.us-east-1.a.b:1", "eu-west-1") ==
        "http://sqs.eu-west-1.a.b:1/000000000000/q");
  for (const char* local : {"http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"})
    CHECK(url(QueueUrls::standard, local) ==
          "http://sqs.us-east-1.localhost.localstack.cloud:1/000000000000/q");
  CHECK(url(QueueUrls::domain, "http://localhost:1") ==
        "http://queue.localhost.localstack.cloud:1/000000000000/q");
  CHECK(url(QueueUrls::domain, "http://queue.a.b", "eu-west-1") ==
        "http://eu-west-1.queue.a.b/000000000000/q");
}

TEST_CASE("the region of a queue URL counts more than the caller's") {
  Fixture f;
  f.w.region = "eu-west-1";
  const std::string here = "http://127.0.0.1:4566/000000000000/q";
  CHECK(f.w.fails("sqs", "PurgeQueue", Map{{"QueueUrl", Value(here)}}).code == "QueueDoesNotExist");
  f.w.ok("sqs", "PurgeQueue",
         Map{{"QueueUrl", Value("http://127.0.0.1:4566/queue/us-east-1/000000000000/q")}});
}
