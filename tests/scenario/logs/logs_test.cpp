// CloudWatch Logs in virtual time.
#include <catch2/catch.hpp>

#include "services/logs/logs.hpp"
#include "support/world.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fixture {
  World w{{logs::make}};
  Fixture() {
    w.ok("logs", "CreateLogGroup", Map{{"logGroupName", Value("g")}});
    stream("s");
  }
  void stream(const char* name) {
    w.ok("logs", "CreateLogStream", Map{{"logGroupName", Value("g")}, {"logStreamName", Value(name)}});
  }
  static Value event(std::int64_t at, const std::string& text) {
    return Map{{"timestamp", Value(at)}, {"message", Value(text)}};
  }
  Value put(List events, const char* to = "s") {
    return w.ok("logs", "PutLogEvents",
                Map{{"logGroupName", Value("g")},
                    {"logStreamName", Value(to)},
                    {"logEvents", Value(std::move(events))}});
  }
  Value get(Map more = {}) {
    more.add("logGroupName", Value("g"));
    more.add("logStreamName", Value("s"));
    return w.ok("logs", "GetLogEvents", std::move(more));
  }
  static std::vector<std::string> messages(const Value& answer) {
    std::vector<std::string> out;
    for (const Value& e : answer.find("events")->list()) out.emplace_back(e.text_or("message"));
    return out;
  }
  std::int64_t now() const { return to_millis(w.loop.now()); }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("groups and streams exist once and are found by their names") {
  Fixture f;
  CHECK(f.w.fails("logs", "CreateLogGroup", Map{{"logGroupName", Value("g")}}).code ==
        "ResourceAlreadyExistsException");
  CHECK(f.w.fails("logs", "DeleteLogStream", Map{{"logGroupName", Value("g")}, {"logStreamName", Value("x")}})
            .message == "The specified log stream does not exist.");
  f.w.ok("logs", "CreateLogGroup", Map{{"logGroupName", Value("h")}});
  const Value first = f.w.ok("logs", "DescribeLogGroups", Map{{"limit", Value(1)}});
  const Value& item = first.find("logGroups")->list()[0];
  CHECK(item.text_or("arn") == "arn:aws:logs:us-east-1:000000000000:log-group:g:*");
  const Value second =
      f.w.ok("logs", "DescribeLogGroups", Map{{"nextToken", Value(first.text_or("nextToken"))}});
  CHECK(second.find("logGroups")->list()[0].text_or("logGroupName") == "h");
  CHECK(!second.find("nextToken"));
}

TEST_CASE("events are read from the end, or from the head, and the token stays at the end") {
  Fixture f;
  List events;
  for (int i = 0; i < 5; ++i) events.push_back(Fixture::event(f.now() + i, std::to_string(i)));
  f.put(std::move(events));
  CHECK(Fixture::messages(f.get(Map{{"limit", Value(2)}})) == Texts{"3", "4"});
  const Value head = f.get(Map{{"limit", Value(2)}, {"startFromHead", Value(true)}});
  CHECK(Fixture::messages(head) == Texts{"0", "1"});
  const Value next = f.get(Map{{"nextToken", Value(head.text_or("nextForwardToken"))}});
  CHECK(Fixture::messages(next) == Texts{"2", "3", "4"});
  const Value end = f.get(Map{{"nextToken", Value(next.text_or("nextForwardToken"))}});
  CHECK(Fixture::messages(end).empty());
  CHECK(end.text_or("nextForwardToken") == next.text_or("nextForwardToken"));
  const Value back = f.get(Map{{"nextToken", Value(next.text_or("nextBackwardToken"))}});
  CHECK(Fixture::messages(back) == Texts{"0", "1"});
  // startTime counts, endTime does not.
  CHECK(Fixture::messages(f.get(Map{{"startTime", Value(f.now() + 1)}, {"endTime", Value(f.now() + 3)}})) ==
        Texts{"1", "2"});
}

TEST_CASE("a batch must be in order and within a day; what is too old or too new is told and not stored") {
  Fixture f;
  Map in{{"logGroupName", Value("g")},
         {"logStreamName", Value("s")},
         {"logEvents", Value(List{Fixture::event(f.now(), "b"), Fixture::event(f.now() - 1, "a")})}};
  CHECK(f.w.fails("logs", "PutLogEvents", std::move(in)).message ==
        "Log events in a single PutLogEvents request must be in chronological order.");
  const Value old = f.put(List{Fixture::event(f.now() - 15 * 86'400'000LL, "old")});
  CHECK(old.find("rejectedLogEventsInfo")->find("tooOldLogEventEndIndex")->integer() == 1);
  const Value future =
      f.put(List{Fixture::event(f.now(), "now"), Fixture::event(f.now() + 3 * 3'600'000LL, "later")});
  CHECK(future.find("rejectedLogEventsInfo")->find("tooNewLogEventStartIndex")->integer() == 1);
  CHECK(Fixture::messages(f.get()) == Texts{"now"});
}

TEST_CASE("FilterLogEvents interleaves streams by time, in pages") {
  Fixture f;
  f.stream("t");
  f.put(List{Fixture::event(f.now(), "1"), Fixture::event(f.now() + 2, "3")});
  f.put(List{Fixture::event(f.now() + 1, "2"), Fixture::event(f.now() + 3, "4")}, "t");
  const Value page =
      f.w.ok("logs", "FilterLogEvents", Map{{"logGroupName", Value("g")}, {"limit", Value(3)}});
  CHECK(Fixture::messages(page) == Texts{"1", "2", "3"});
  const Value rest =
      f.w.ok("logs", "FilterLogEvents",
             Map{{"logGroupName", Value("g")}, {"nextToken", Value(page.text_or("nextToken"))}});
  CHECK(Fixture::messages(rest) == Texts{"4"});
  CHECK(!rest.find("nextToken"));
  const Value one = f.w.ok("logs", "FilterLogEvents",
                           Map{{"logGroupName", Value("g")}, {"logStreamNames", Value(List{Value("t")})}});
  CHECK(Fixture::messages(one) == Texts{"2", "4"});
  CHECK(f.w.fails("logs", "FilterLogEvents",
                  Map{{"logGroupName", Value("g")}, {"filterPattern", Value("ERROR")}})
            .code == "InvalidParameterException");
}

TEST_CASE("retention deletes events when their time is over") {
  Fixture f;
  f.w.ok("logs", "PutRetentionPolicy", Map{{"logGroupName", Value("g")}, {"retentionInDays", Value(1)}});
  f.put(List{Fixture::event(f.now(), "x")});
  f.w.loop.advance(std::chrono::hours(23));
  CHECK(Fixture::messages(f.get()) == Texts{"x"});
  f.w.loop.advance(std::chrono::hours(2));
  CHECK(Fixture::messages(f.get()).empty());
  Rows rows = f.w.engine->store().query("SELECT count(*) FROM logs_event");
  REQUIRE(rows.next());
  CHECK(rows.integer(0) == 0);
  CHECK(f.w.fails("logs", "PutRetentionPolicy",
                  Map{{"logGroupName", Value("g")}, {"retentionInDays", Value(2)}})
            .code == "InvalidParameterException");
}
