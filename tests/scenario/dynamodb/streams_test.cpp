// DynamoDB Streams: what is read, from where, and for how long.
#include "scenario/dynamodb/control.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fixture : ControlWorld {
  std::string arn;
  Fixture() {
    create(with_stream(table_input("tab")));
    arn = stream_of("tab");
  }
  void write(const std::string& id, const std::string& v) {
    put("tab", Map{{"id", text(id)}, {"v", text(v)}});
  }
  void set_stream(bool on) {
    Map specification{{"StreamEnabled", Value(on)}};
    if (on) specification.add("StreamViewType", "KEYS_ONLY");
    ok("UpdateTable",
       Map{{"TableName", Value("tab")}, {"StreamSpecification", Value(std::move(specification))}});
    w.loop.advance(1s);
  }
};

}  // namespace

TEST_CASE("LATEST begins behind the moment of GetShardIterator, TRIM_HORIZON at the oldest record") {
  Fixture f;
  f.write("a", "1");
  const std::string latest = f.iterator(f.arn, "LATEST");
  CHECK(f.records(latest).records.empty());
  f.write("a", "2");
  CHECK(f.records(latest).records.size() == 1);
  CHECK(f.records(latest).records.size() == 1);  // reading does not move an iterator
  CHECK(f.all_records(f.arn).size() == 2);
}

TEST_CASE("iterators by sequence number begin at the record or behind it") {
  Fixture f;
  for (const char* v : {"1", "2", "3"}) f.write("a", v);
  const List all = f.all_records(f.arn);
  REQUIRE(all.size() == 3);
  const std::string second = sequence_of(all[1]);
  CHECK(f.records(f.iterator(f.arn, "AT_SEQUENCE_NUMBER", second)).records.size() == 2);
  CHECK(f.records(f.iterator(f.arn, "AFTER_SEQUENCE_NUMBER", second)).records.size() == 1);
  const auto refused = [&](const char* type, const std::string& sequence) {
    return f.streams_fail("GetShardIterator", f.iterator_input(f.arn, type, sequence)).code;
  };
  CHECK(refused("AT_SEQUENCE_NUMBER", "") == "ValidationException");
  CHECK(refused("LATEST", second) == "ValidationException");
  CHECK(refused("AT_SEQUENCE_NUMBER", "99999999999999999999x") == "ValidationException");
}

TEST_CASE("what does not exist is not found, what is malformed is not valid") {
  Fixture f;
  const auto describe = [&](const std::string& arn) {
    return f.streams_fail("DescribeStream", Map{{"StreamArn", Value(arn)}});
  };
  CHECK(describe("nothing-that-looks-like-the-arn-of-a-stream").code == "ValidationException");
  const std::string gone = "arn:aws:dynamodb:us-east-1:000000000000:table/x/stream/2026-01-01T00:00:00.000";
  CHECK(describe(gone).message == "Requested resource not found: Stream: " + gone + " not found");
  Map unknown = f.iterator_input(f.arn, "LATEST");
  unknown["ShardId"] = "shardId-00000000000000000000-00000000";
  CHECK(f.streams_fail("GetShardIterator", std::move(unknown)).code == "ResourceNotFoundException");
  CHECK(f.streams_fail("GetRecords", Map{{"ShardIterator", Value("nonsense")}}).code ==
        "ValidationException");
  CHECK(f.streams_fail("ListStreams", Map{{"Limit", Value(101)}}).code == "ValidationException");
}

TEST_CASE("an iterator lives for 15 minutes") {
  Fixture f;
  const std::string iterator = f.iterator(f.arn, "TRIM_HORIZON");
  f.w.loop.advance(std::chrono::minutes(15));
  CHECK(f.records(iterator).records.empty());
  f.w.loop.advance(1ms);
  CHECK(f.streams_fail("GetRecords", Map{{"ShardIterator", Value(iterator)}}).code ==
        "ExpiredIteratorException");
}

TEST_CASE("records are kept for 24 hours; to ask for older ones is an error") {
  Fixture f;
  f.write("a", "1");
  f.w.loop.advance(std::chrono::hours(23));
  f.write("a", "2");
  const List all = f.all_records(f.arn);
  REQUIRE(all.size() == 2);
  const std::string first = sequence_of(all[0]), second = sequence_of(all[1]);
  const std::string before = f.iterator(f.arn, "AT_SEQUENCE_NUMBER", first);
  f.w.loop.advance(std::chrono::minutes(10));
  CHECK(f.records(before).records.size() == 2);
  f.w.loop.advance(std::chrono::minutes(51));
  CHECK(f.all_records(f.arn).size() == 1);
  const auto refused = [&](const char* type, const std::string& sequence) {
    return f.streams_fail("GetShardIterator", f.iterator_input(f.arn, type, sequence)).code;
  };
  CHECK(refused("AT_SEQUENCE_NUMBER", first) == "TrimmedDataAccessException");
  CHECK(f.records(f.iterator(f.arn, "AFTER_SEQUENCE_NUMBER", first)).records.size() == 1);
  f.w.loop.advance(std::chrono::hours(30));  // and the rows are gone
  CHECK(f.all_records(f.arn).empty());
  CHECK(refused("AT_SEQUENCE_NUMBER", second) == "TrimmedDataAccessException");
}

TEST_CASE("an iterator whose next record is trimmed before it is used has lost it") {
  Fixture f;
  f.write("a", "1");
  f.w.loop.advance(std::chrono::hours(24) - std::chrono::minutes(5));
  const std::string first = sequence_of(f.all_records(f.arn).at(0));
  const std::string at = f.iterator(f.arn, "AT_SEQUENCE_NUMBER", first);
  const std::string horizon = f.iterator(f.arn, "TRIM_HORIZON");
  f.w.loop.advance(std::chrono::minutes(6));
  CHECK(f.streams_fail("GetRecords", Map{{"ShardIterator", Value(at)}}).code == "TrimmedDataAccessException");
  CHECK(f.records(horizon).records.empty());
}

TEST_CASE("a disabled stream is closed and stays readable for 24 hours") {
  Fixture f;
  f.write("a", "1");
  const std::string iterator = f.iterator(f.arn, "TRIM_HORIZON");
  CHECK_FALSE(f.records(iterator).next.empty());
  f.set_stream(false);
  CHECK_FALSE(f.describe("tab").find("StreamSpecification"));
  CHECK(f.stream_of("tab") == f.arn);
  const Value closed = f.describe_stream(f.arn);
  CHECK(closed.text_or("StreamStatus") == "DISABLED");
  CHECK(closed.find("Shards")->list().at(0).find("SequenceNumberRange")->find("EndingSequenceNumber"));
  f.write("a", "2");
  const auto page = f.records(iterator);
  CHECK(page.records.size() == 1);
  CHECK(page.next.empty());
  CHECK(f.records(f.iterator(f.arn, "LATEST")).next.empty());
  f.w.loop.advance(std::chrono::hours(25));
  CHECK(f.streams_fail("DescribeStream", Map{{"StreamArn", Value(f.arn)}}).code ==
        "ResourceNotFoundException");
}

TEST_CASE("enabling again makes a new stream beside the old one") {
  Fixture f;
  f.write("a", "1");
  f.set_stream(false);
  f.set_stream(true);
  const std::string again = f.stream_of("tab");
  CHECK(again != f.arn);
  CHECK(f.all_records(again).empty());
  CHECK(f.all_records(f.arn).size() == 1);
  const Value listed = f.streams("ListStreams", Map{{"TableName", Value("tab")}});
  CHECK(listed.find("Streams")->list().size() == 2);
}

TEST_CASE("two streams of one millisecond have different labels") {
  ControlWorld f;
  ChangeFeed feed(f.w.engine->store());
  std::set<std::string> labels;
  for (int i = 0; i < 3; ++i) {
    ChangeFeed::Stream s;
    s.account = "000000000000";
    s.region = "us-east-1";
    s.table = "tab";
    s.view = "KEYS_ONLY";
    s.key_schema = "[]";
    feed.open(s, "arn:aws:dynamodb:us-east-1:000000000000:table/tab", "12345678", f.w.loop.now());
    labels.insert(s.label);
  }
  CHECK(labels.size() == 3);
}

TEST_CASE("streams and shards come in pages") {
  ControlWorld f;
  for (const char* name : {"one", "two", "three"}) f.create(with_stream(table_input(name)));
  std::set<std::string> seen;
  Map in{{"Limit", Value(1)}};
  for (int page = 0; page < 4; ++page) {
    const Value got = f.streams("ListStreams", in);
    for (const Value& s : got.find("Streams")->list()) seen.insert(std::string(s.text_or("TableName")));
    const std::string last(got.text_or("LastEvaluatedStreamArn"));
    if (last.empty()) break;
    in["ExclusiveStartStreamArn"] = last;
  }
  CHECK(seen.size() == 3);
  const std::string arn = f.stream_of("one");
  const auto shards = [&](Map more) {
    more.add("StreamArn", arn);
    const Value got = f.streams("DescribeStream", std::move(more));
    return got.find("StreamDescription")->find("Shards")->list().size();
  };
  CHECK(shards({}) == 1);
  CHECK(shards(Map{{"ExclusiveStartShardId", Value(f.shard_of(arn))}}) == 0);
  CHECK(shards(Map{{"ShardFilter",
                    Value(Map{{"Type", Value("CHILD_SHARDS")}, {"ShardId", Value(f.shard_of(arn))}})}}) == 0);
}

TEST_CASE("sequence numbers grow although the clock was set back") {
  Fixture f;
  f.write("a", "1");
  const std::int64_t last = *ChangeFeed::parse_sequence(sequence_of(f.all_records(f.arn).at(0)));
  ChangeFeed again(f.w.engine->store());  // as after a restart
  CHECK(again.next_sequence(f.w.loop.now() - std::chrono::hours(5)) > last);
}

TEST_CASE("ListStreams bounds the name of its table") {
  Fixture f;
  CHECK(f.streams_fail("ListStreams", Map{{"TableName", Value(std::string(256, 'x'))}})
            .message.find("length less than or equal to 255") != std::string::npos);
  CHECK(f.streams_fail("ListStreams", Map{{"TableName", Value("a!b")}}).code == "ValidationException");
}
