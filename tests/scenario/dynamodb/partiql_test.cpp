// PartiQL: statements over tables.
#include "control.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fixture : ControlWorld {
  Fixture() {
    create(table_input("music", "pk:S,sk:N"));
    for (const char* item : {"{'pk':'a','sk':1,'v':'x','m':{'n':[1,2]}}", "{'pk':'a','sk':2,'v':'y'}",
                             "{'pk':'a','sk':3,'v':'x'}", "{'pk':'b','sk':1}"})
      run(std::string("INSERT INTO music VALUE ") + item);
  }
  static Map statement(const std::string& text) { return Map{{"Statement", Value(text)}}; }
  Value execute(Map input) { return ok("ExecuteStatement", std::move(input)); }
  /// Items as JSON.
  std::string run(const std::string& text) { return wire::to_json(*execute(statement(text)).find("Items")); }
  wire::Fault fault(const std::string& text) { return fails("ExecuteStatement", statement(text)); }
  Value together(const char* operation, const char* member, const std::vector<std::string>& texts) {
    return ok(operation, all(member, texts));
  }
  static Map all(const char* member, const std::vector<std::string>& texts) {
    List list;
    for (const std::string& text : texts) list.emplace_back(statement(text));
    return Map{{member, Value(std::move(list))}};
  }
};

}  // namespace

TEST_CASE("a SELECT is a query when WHERE names the partition, else a scan") {
  Fixture f;
  CHECK(f.run("SELECT sk FROM music WHERE pk = 'a'") ==
        R"([{"sk":{"N":"1"}},{"sk":{"N":"2"}},{"sk":{"N":"3"}}])");
  CHECK(f.run("SELECT sk FROM music WHERE pk = 'a' AND sk > 1 AND v = 'x'") == R"([{"sk":{"N":"3"}}])");
  CHECK(f.run("SELECT sk FROM music WHERE pk = 'a' AND sk BETWEEN 1 AND 2 AND 1 < sk") ==
        R"([{"sk":{"N":"2"}}])");
  CHECK(f.run("SELECT sk FROM music WHERE pk = 'a' ORDER BY sk DESC") ==
        R"([{"sk":{"N":"3"}},{"sk":{"N":"2"}},{"sk":{"N":"1"}}])");
  CHECK(f.run("SELECT m.n[1], pk FROM music WHERE m IS NOT MISSING") ==
        R"([{"n[1]":{"N":"2"},"pk":{"S":"a"}}])");
  CHECK(f.run("SELECT pk, sk FROM music WHERE pk IN ['b', 'a'] AND sk = 1") ==
        R"([{"pk":{"S":"b"},"sk":{"N":"1"}},{"pk":{"S":"a"},"sk":{"N":"1"}}])");
  CHECK(f.run("SELECT pk FROM music WHERE pk = 'zz'") == "[]");
  CHECK(f.run("SELECT sk FROM music WHERE pk = 'a' AND sk = 20e-1") == R"([{"sk":{"N":"2"}}])");
  CHECK(f.run("SELECT sk FROM music WHERE pk = 'a' AND sk > -.73E+1 AND sk < .2e1") ==
        R"([{"sk":{"N":"1"}}])");
}

TEST_CASE("a SELECT pages, over several partitions too") {
  Fixture f;
  Map input = Fixture::statement("SELECT sk FROM music WHERE pk IN ('a', 'b')");
  input.add("Limit", Value(3));
  const Value first = f.execute(input);
  CHECK(wire::parse_json(wire::to_json(*first.find("Items")))->list().size() == 3);
  REQUIRE(first.find("NextToken"));
  CHECK(wire::to_json(*first.find("LastEvaluatedKey")) == R"({"pk":{"S":"a"},"sk":{"N":"3"}})");
  input.add("NextToken", *first.find("NextToken"));
  const Value second = f.execute(input);
  CHECK(wire::to_json(*second.find("Items")) == R"([{"sk":{"N":"1"}}])");
  CHECK_FALSE(second.find("NextToken"));
  input["Statement"] = Value("SELECT pk FROM music WHERE pk IN ('a', 'b')");
  CHECK(f.fails("ExecuteStatement", input).message == "NextToken does not match request");
  input["NextToken"] = Value("nonsense");
  CHECK(f.fails("ExecuteStatement", input).code == "ValidationException");
}

TEST_CASE("parameters stand for question marks") {
  Fixture f;
  Map input = Fixture::statement("SELECT v FROM music WHERE pk = ? AND sk = ?");
  input.add("Parameters", List{Value(text("a")), Value(number("2.0"))});
  CHECK(wire::to_json(*f.execute(input).find("Items")) == R"([{"v":{"S":"y"}}])");
  input["Parameters"] = Value(List{Value(text("a"))});
  CHECK(f.fails("ExecuteStatement", input).message ==
        "Number of parameters in request and statement don't match.");
}

TEST_CASE("writes need the whole key, and hold their conditions") {
  Fixture f;
  CHECK(f.fault("INSERT INTO music VALUE {'pk':'a','sk':1}").code == "DuplicateItemException");
  CHECK(
      f.run("UPDATE music SET v = 'z' SET m.n = list_append(m.n, [3]) WHERE pk = 'a' AND sk = 1 AND v = 'x' "
            "RETURNING MODIFIED NEW *") ==
      R"([{"v":{"S":"z"},"m":{"M":{"n":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]}}}}])");
  CHECK(f.fault("UPDATE music SET v = 'z' WHERE pk = 'a' AND sk = 1 AND v = 'x'").code ==
        "ConditionalCheckFailedException");
  CHECK(f.fault("UPDATE music SET v = 'z' WHERE pk = 'nobody' AND sk = 1").code ==
        "ConditionalCheckFailedException");
  CHECK(f.fault("UPDATE music SET v = 'z' WHERE pk = 'a'").message ==
        "Where clause does not contain a mandatory equality on all key attributes");
  CHECK(f.run("DELETE FROM music WHERE pk = 'a' AND sk = 2 RETURNING ALL OLD *") ==
        R"([{"pk":{"S":"a"},"sk":{"N":"2"},"v":{"S":"y"}}])");
  CHECK(f.run("DELETE FROM music WHERE pk = 'a' AND sk = 2") == "[]");
  CHECK(f.fault("DELETE FROM music WHERE pk = 'a' AND sk = 2 AND v = 'y'").code ==
        "ConditionalCheckFailedException");
  CHECK(f.fault("SELECT * FROM nothing").code == "ResourceNotFoundException");
  CHECK(f.fault("SELECT * FROM music.nothing").message == "The table does not have the specified index");
}

TEST_CASE("the statements of a batch fail one by one") {
  Fixture f;
  const Value answer =
      f.together("BatchExecuteStatement", "Statements",
                 {"INSERT INTO music VALUE {'pk':'a','sk':1}", "nonsense",
                  "DELETE FROM nothing WHERE pk = 'a'", "DELETE FROM music WHERE pk='b' AND sk=1"});
  const List& all = answer.find("Responses")->list();
  REQUIRE(all.size() == 4);
  CHECK(all[0].find("Error")->text_or("Code") == "DuplicateItem");
  CHECK(all[0].text_or("TableName") == "music");
  CHECK(all[1].find("Error")->text_or("Code") == "ValidationError");
  CHECK(all[2].find("Error")->text_or("Code") == "ResourceNotFound");
  CHECK(wire::to_json(all[3]) == R"({"TableName":"music"})");
  const Value reads =
      f.together("BatchExecuteStatement", "Statements",
                 {"SELECT sk FROM music WHERE pk='a' AND sk=1", "SELECT sk FROM music WHERE pk='a'"});
  CHECK(wire::to_json(reads.find("Responses")->list()[0]) ==
        R"({"TableName":"music","Item":{"sk":{"N":"1"}}})");
  CHECK(reads.find("Responses")->list()[1].find("Error")->text_or("Message") ==
        "Select statements within BatchExecuteStatement must specify the primary key in the where clause.");
}

TEST_CASE("a transaction is all or nothing") {
  Fixture f;
  const wire::Fault fault = f.fails(
      "ExecuteTransaction",
      Fixture::all("TransactStatements", {"EXISTS(SELECT * FROM music WHERE pk='a' AND sk=1 AND v='no')",
                                          "INSERT INTO music VALUE {'pk':'a','sk':2}",
                                          "INSERT INTO music VALUE {'pk':'c','sk':1}"}));
  CHECK(fault.code == "TransactionCanceledException");
  CHECK(fault.message ==
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[ConditionalCheckFailed, "
        "DuplicateItem, None]");
  CHECK(f.run("SELECT * FROM music WHERE pk = 'c'") == "[]");
  CHECK(wire::to_json(f.together("ExecuteTransaction", "TransactStatements",
                                 {"EXISTS(SELECT * FROM music WHERE pk='a' AND sk=1 AND v='x')",
                                  "INSERT INTO music VALUE {'pk':'c','sk':1}"})) == R"({"Responses":[]})");
  CHECK(wire::to_json(f.together(
            "ExecuteTransaction", "TransactStatements",
            {"SELECT sk FROM music WHERE pk='c' AND sk=1", "SELECT sk FROM music WHERE pk='c' AND sk=2"})) ==
        R"({"Responses":[{"Item":{"sk":{"N":"1"}}},{}]})");
}

TEST_CASE("batches and transactions read whole keys and nothing else") {
  Fixture f;
  const std::string more = "SELECT * FROM music WHERE pk='a' AND sk=1 AND attribute_exists(v)";
  const Value batch = f.together("BatchExecuteStatement", "Statements", {more});
  CHECK(batch.find("Responses")->list()[0].find("Error")->text_or("Message") ==
        "Select statements within BatchExecuteStatement must specify the primary key in the where clause.");
  const auto refused = [&](const std::vector<std::string>& texts) {
    return f.fails("ExecuteTransaction", Fixture::all("TransactStatements", texts)).message;
  };
  const std::string whole = "SELECT * FROM music WHERE pk='a' AND sk=1";
  CHECK(
      refused({whole, more}) ==
      "Validation failed in TransactStatements[1]: Select statements within ExecuteTransaction must specify "
      "the primary key in the where clause.");
  CHECK(refused({"SELECT * FROM music WHERE"}) ==
        "Validation failed in TransactStatements[0]: Statement wasn't well formed, can't be processed: "
        "Unexpected term");
  CHECK(
      refused({"EXISTS(" + whole + ")", "DELETE FROM music WHERE pk='a' AND sk=1"}) ==
      "Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional "
      "condition");
}

TEST_CASE("a SELECT of an index") {
  Fixture f;
  const auto table = [](const std::string& name, const std::string& keys) {
    return *wire::parse_json(R"({"TableName": ")" + name + R"(", "BillingMode": "PAY_PER_REQUEST",
      "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"},
        {"AttributeName": "h", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}], "GlobalSecondaryIndexes": [{"IndexName": "by-g",
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, )" +
                             keys + R"(], "Projection": {"ProjectionType": "KEYS_ONLY"}}]})");
  };
  f.create(table("one", R"({"AttributeName": "h", "KeyType": "RANGE"})").map());
  f.create(table("two", R"({"AttributeName": "h", "KeyType": "HASH"})").map());
  f.run("INSERT INTO one VALUE {'p':'x','g':'y','h':'z','v':1,'w':2}");
  CHECK(f.run("SELECT p FROM one.\"by-g\" WHERE g = 'y' ORDER BY h") == R"([{"p":{"S":"x"}}])");
  CHECK(f.run("SELECT p FROM one.\"by-g\" WHERE p = 'x'") == R"([{"p":{"S":"x"}}])");
  CHECK(f.fault("SELECT w, p, v FROM one.\"by-g\"").message ==
        "One or more parameter values were invalid: Global secondary index by-g does not project [w, v]");
  Map consistent = Fixture::statement("SELECT * FROM one.\"by-g\"");
  consistent.add("ConsistentRead", Value(true));
  CHECK(f.fails("ExecuteStatement", consistent).message ==
        "Strongly consistent read is not supported on Global Secondary Indexes");
  consistent["Statement"] = Value("SELECT * FROM one.none");
  CHECK(f.fails("ExecuteStatement", consistent).message == "The table does not have the specified index");
  const std::string refused =
      "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute "
      "RANGE keys.";
  CHECK(f.fault("SELECT * FROM two.\"by-g\" WHERE p = 'x'").message == refused);
  CHECK(f.together("BatchExecuteStatement", "Statements", {"SELECT * FROM two.\"by-g\""})
            .find("Responses")
            ->list()[0]
            .find("Error")
            ->text_or("Message") == refused);
  CHECK(f.run("SELECT * FROM two WHERE p = 'x'") == "[]");
}

TEST_CASE("branches of an OR that read the same keys") {
  Fixture f;
  const auto sorted = [&](const std::string& where) { return f.run("SELECT sk FROM music WHERE " + where); };
  const std::string refused = "Overlapping conditions with range keys are not supported in where clause";
  for (const char* where : {"pk = 'a' AND v = 'x' OR pk = 'a' AND sk = 2", "pk = 'a' OR pk = 'a' AND sk > 1"})
    CHECK(f.fault(std::string("SELECT * FROM music WHERE ") + where).message == refused);
  CHECK(sorted("pk = 'a' AND NOT sk = 1 OR pk = 'a' AND sk = 2") == R"([{"sk":{"N":"2"}},{"sk":{"N":"3"}}])");
  CHECK(sorted("pk = 'a' AND sk <> 1 OR pk = 'a' AND sk = 2") == R"([{"sk":{"N":"2"}},{"sk":{"N":"3"}}])");
  CHECK(sorted("pk = 'a' AND sk = 1 OR pk = 'a' AND sk = 3") == R"([{"sk":{"N":"1"}},{"sk":{"N":"3"}}])");
  CHECK(sorted("pk = 'a' AND v = 'y' OR pk = 'b' AND sk = 1") != "[]");
}
