// Writes and commits that fail: nothing of the failed operation is left, in memory as little as in the rows,
// and what is not in the rows was acknowledged to nobody.
#include <unistd.h>

#include <filesystem>

#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

/// A world in which chosen statements fail, as on a full disk.
struct Failing : Queues {
  using Queues::Queues;
  Store& store() { return w.engine->store(); }
  /// `what`: "INSERT ON sqs_message WHEN NEW.body='x'"
  void break_writes(const std::string& what) {
    store().script("CREATE TRIGGER broken BEFORE " + what +
                   " BEGIN SELECT RAISE(ABORT,'the disk is full'); END");
    w.loop.run_ready();
  }
  void mend() {
    store().script("DROP TRIGGER broken");
    w.loop.run_ready();
  }
  /// Everything that memory holds of a queue, as text.
  std::string state(const std::string& url) {
    sqs::Queue& q = queue(url);
    std::string out = wire::to_json(counts_of(q));
    for (const auto& [name, value] : q.attributes) out += "\n" + name + "=" + value;
    for (const auto& [name, value] : q.tags) out += "\n#" + name + "=" + value;
    out += "\npurged " + std::to_string(to_millis(q.purged)) + " seen " + std::to_string(q.seen.size());
    std::vector<std::string> messages;
    q.messages().visit([&](const sqs::Message& m) {
      messages.push_back("\n" + m.body + " " + std::to_string(m.id) + " " + std::string(m.group_id()) + " " +
                         std::to_string(m.received) + " " + std::to_string(m.receipt) + " " +
                         std::to_string(to_millis(m.visible)) + " " + m.source());
      return true;
    });
    std::sort(messages.begin(), messages.end());
    for (const std::string& m : messages) out += m;
    return out;
  }
  Map counts_of(sqs::Queue& q) {
    const sqs::Counts c = q.counts(w.loop.now());
    return Map{{"visible", Value(static_cast<std::int64_t>(c.visible))},
               {"in flight", Value(static_cast<std::int64_t>(c.in_flight))},
               {"delayed", Value(static_cast<std::int64_t>(c.delayed))}};
  }
  /// The call fails with a 500 and changes nothing, neither in memory nor in the rows.
  void fails_without_trace(const std::string& url, const std::string& broken, const std::string& operation,
                           Map input) {
    INFO(operation << ", " << broken);
    const std::string before = state(url);
    break_writes(broken);
    CHECK(w.fails("sqs", operation, std::move(input)).status == 500);
    CHECK(state(url) == before);
    mend();
    restart();
    CHECK(state(url) == before);
  }
};

Map entry(const std::string& id, const std::string& handle) {
  return Map{{"Id", Value(id)}, {"ReceiptHandle", Value(handle)}, {"VisibilityTimeout", 5}};
}

struct Directory {
  std::string path =
      (std::filesystem::temp_directory_path() / ("puddle-sqs-" + std::to_string(::getpid()))).string();
  Directory() { std::filesystem::remove_all(path); }
  ~Directory() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("failure: a batch of which one row cannot be written leaves nothing of the others") {
  Failing f;
  const std::string url = f.create("q");
  f.send(url, "here");
  const List entries{Map{{"Id", "1"}, {"MessageBody", "first"}}, Map{{"Id", "2"}, {"MessageBody", "second"}}};
  const Map batch{{"QueueUrl", Value(url)}, {"Entries", Value(entries)}};
  f.fails_without_trace(url, "INSERT ON sqs_message WHEN NEW.body='second'", "SendMessageBatch", batch);
  f.w.ok("sqs", "SendMessageBatch", batch);
  CHECK(f.take(url) == Bodies{"here", "first", "second"});
}

TEST_CASE("failure: a receive that cannot be written takes no message") {
  Failing f;
  const std::string url = f.create("q");
  for (const char* body : {"1", "2", "3"}) f.send(url, body);
  const std::string third = std::to_string(f.service().last_message());
  f.fails_without_trace(url, "INSERT ON sqs_state WHEN NEW.id=" + third, "ReceiveMessage",
                        Queues::receiving(url));
  const auto got = f.receive(url);
  REQUIRE(got.size() == 3);
  CHECK(got[2].count == "1");
}

TEST_CASE("failure: deletions and changed time-outs hold all or none") {
  Failing f;
  const std::string url = f.create("q");
  for (const char* body : {"1", "2"}) f.send(url, body);
  const auto got = f.receive(url);
  const Map batch{{"QueueUrl", Value(url)},
                  {"Entries", Value(List{entry("1", got[0].handle), entry("2", got[1].handle)})}};
  const std::string second = "INSERT ON sqs_state WHEN NEW.id=" + std::to_string(f.service().last_message());
  f.fails_without_trace(url, second, "DeleteMessageBatch", batch);
  f.fails_without_trace(url, second, "ChangeMessageVisibilityBatch", batch);
  // The graveyard took no row of what is still there.
  f.advance(10s);
  f.restart();
  CHECK(f.counts(url) == std::vector<int>{0, 2, 0});
  f.w.ok("sqs", "DeleteMessageBatch", batch);
  CHECK(f.counts(url) == std::vector<int>{0, 0, 0});
}

TEST_CASE("failure: a FIFO send that was not written is no duplicate later") {
  Failing f;
  const std::string url = f.create("q.fifo");
  const Map message =
      Queues::message(url, "x", Map{{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}});
  f.fails_without_trace(url, "INSERT ON sqs_message", "SendMessage", message);
  f.w.ok("sqs", "SendMessage", message);
  CHECK(f.take(url) == Bodies{"x"});
}

TEST_CASE("failure: a repeated attempt that cannot be written changes no time-out") {
  Failing f;
  const std::string url = f.create("q.fifo");
  f.send(url, "g", "x", "x");
  const Map receive = Queues::receiving(url, 1, Map{{"ReceiveRequestAttemptId", "a"}});
  f.fails_without_trace(url, "INSERT ON sqs_attempt", "ReceiveMessage", receive);
  f.w.ok("sqs", "ReceiveMessage", receive);
  f.advance(1s);
  f.fails_without_trace(url, "INSERT ON sqs_attempt", "ReceiveMessage", receive);
}

TEST_CASE("failure: a dead letter that cannot be written stays where it was, with its body") {
  Failing f;
  const std::string dead = f.create("dead");
  const std::string url = f.create("q", Map{{"RedrivePolicy", Value(Queues::redrive("dead", 1))}});
  f.send(url, "poison");
  f.receive(url, 1, Map{{"VisibilityTimeout", 0}});
  f.fails_without_trace(url, "INSERT ON sqs_message", "ReceiveMessage", Queues::receiving(url));
  CHECK(f.counts(dead) == std::vector<int>{0, 0, 0});
  CHECK(f.take(url).empty());
  CHECK(f.take(dead) == Bodies{"poison"});
}

TEST_CASE("failure: queues keep their messages, attributes and tags") {
  Failing f;
  const std::string url = f.create("q", Map{{"DelaySeconds", "3"}});
  const Map queue{{"QueueUrl", Value(url)}};
  const auto with = [&](const char* name, Value value) {
    Map out = queue;
    out[name] = std::move(value);
    return out;
  };
  f.send(url, "x");
  const std::string put = "INSERT ON sqs_queue";
  f.fails_without_trace(url, put, "PurgeQueue", queue);
  f.fails_without_trace(url, put, "SetQueueAttributes", with("Attributes", Map{{"DelaySeconds", "9"}}));
  f.fails_without_trace(url, put, "TagQueue", with("Tags", Map{{"k", "v"}}));
  f.fails_without_trace(url, put, "AddPermission",
                        Map{{"QueueUrl", Value(url)},
                            {"Label", "l"},
                            {"AWSAccountIds", List{Value("111111111111")}},
                            {"Actions", List{Value("*")}}});
  f.fails_without_trace(url, put, "CreateQueue", Map{{"QueueName", "other"}});
  CHECK(f.w.fails("sqs", "GetQueueUrl", Map{{"QueueName", "other"}}).code == "QueueDoesNotExist");

  // A deletion that failed does not bar the name either.
  const auto barred = [&] {
    return f.service().deleted_names.contains(f.w.account, f.w.region, "q", f.w.loop.now());
  };
  const std::string before = f.state(url);
  f.break_writes("DELETE ON sqs_queue");
  CHECK(f.w.http("sqs", Queues::request("DeleteQueue", queue)).status == 500);
  CHECK(f.state(url) == before);
  CHECK_FALSE(barred());
  f.mend();
  f.advance(3s);
  CHECK(f.take(url) == Bodies{"x"});
  CHECK(f.w.http("sqs", Queues::request("DeleteQueue", queue)).status == 200);
  CHECK(barred());
}

TEST_CASE("failure: a move task whose step cannot be written loses nothing and tries again") {
  Failing f;
  const std::string dead = f.create("dead");
  const std::string url = f.create("q", Map{{"RedrivePolicy", Value(Queues::redrive("dead", 1))}});
  f.send(dead, "x");
  const std::string before = f.state(dead);
  const std::string broken =
      GENERATE(as<std::string>{}, "INSERT ON sqs_message", "INSERT ON sqs_move_task WHEN NEW.moved>0");
  CAPTURE(broken);
  f.break_writes(broken);
  f.w.ok("sqs", "StartMessageMoveTask",
         Map{{"SourceArn", Value(Queues::arn("dead"))}, {"DestinationArn", Value(Queues::arn("q"))}});
  f.advance(10s);
  CHECK(f.state(dead) == before);
  CHECK(f.counts(url) == std::vector<int>{0, 0, 0});
  f.mend();
  f.advance(1s);
  CHECK(f.take(url) == Bodies{"x"});
  f.restart();
  CHECK(f.counts(dead) == std::vector<int>{0, 0, 0});
  CHECK(f.counts(url) == std::vector<int>{0, 1, 0});
}

TEST_CASE("failure: what else is asked for in the same turn sees no trace of what failed") {
  Failing f;
  const std::string url = f.create("q");
  const auto waiting = f.poll(f.create("other"), 20);
  const List entries{Map{{"Id", "1"}, {"MessageBody", "first"}}, Map{{"Id", "2"}, {"MessageBody", "second"}}};
  f.break_writes("INSERT ON sqs_message WHEN NEW.body='second'");
  const auto begin = [&](const char* operation, Map input) {
    return f.w.begin("sqs", operation, std::move(input), f.w.as);
  };
  const auto before = begin("SendMessage", Queues::message(url, "before"));
  const auto failed = begin("SendMessageBatch", Map{{"QueueUrl", Value(url)}, {"Entries", Value(entries)}});
  const auto after = begin("ReceiveMessage", Queues::receiving(url));
  const auto list = begin("ListQueues", Map{});
  f.w.loop.run_ready();
  REQUIRE(before->done);
  CHECK_FALSE(before->fault);
  REQUIRE(failed->fault);
  CHECK(failed->fault->status == 500);
  // Memory is not what the rows say until it has been read anew: nobody is answered from it.
  for (const auto& reply : {after, list}) {
    REQUIRE(reply->fault);
    CHECK(reply->fault->status == 503);
    CHECK(reply->fault->code == "ServiceUnavailable");
  }
  CHECK(f.take(url) == Bodies{"before"});
}

TEST_CASE("failure: after a failed commit nothing is acknowledged, and a new start has what there was") {
  const Directory directory;
  World::Options options;
  options.store = {directory.path, Durability::process};
  std::string before, url, fifo;
  {
    Failing f(options);
    url = f.create("q");
    fifo = f.create("q.fifo");
    f.send(url, "kept");
    f.send(fifo, "g", "kept", "1");
    f.receive(url);
    before = f.state(url) + f.state(fifo);
    const auto poll = f.poll(fifo, 20);
    REQUIRE(poll->done);
    before = f.state(url) + f.state(fifo);
    const auto waiting = f.poll(url, 20);
    f.store().fail_next_commit();
    const auto begin = [&](const char* operation, Map input) {
      return f.w.begin("sqs", operation, std::move(input), f.w.as);
    };
    const std::vector<std::shared_ptr<Reply>> all{begin("SendMessage", Queues::message(url, "lost")),
                                                  begin("PurgeQueue", Map{{"QueueUrl", Value(fifo)}}),
                                                  begin("GetQueueUrl", Map{{"QueueName", "q"}})};
    f.w.loop.run_ready();
    f.advance(30s);
    for (const auto& reply : all) {
      REQUIRE(reply->fault);
      CHECK(reply->fault->status == 500);
    }
    REQUIRE(waiting->done);
    CHECK(waiting->fault);
  }
  Failing f(options);
  CHECK(f.state(url) + f.state(fifo) == before);
  CHECK(f.take(url).empty());
}
