// PartiQL statements.
#include <catch2/catch.hpp>

#include "languages/expression/attribute.hpp"
#include "languages/expression/error.hpp"
#include "languages/expression/expression.hpp"
#include "languages/partiql/partiql.hpp"
#include "wire/json.hpp"

using namespace puddle;
using namespace puddle::partiql;
using wire::List;
using wire::Map;
using wire::Value;

namespace {

Value json(std::string text) {
  for (char& c : text)
    if (c == '`') c = '"';
  return wire::parse_json(text).value();
}

const Value kItem = json(
    "{`a`: {`N`: `5`}, `s`: {`S`: `it's`}, `l`: {`L`: [{`S`: `x`}, {`M`: {`k`: {`N`: `1`}}}]}, `n`: {`NULL`: "
    "true}, "
    "`m`: {`M`: {`k`: {`S`: `v`}}}, `ss`: {`SS`: [`a`, `b`]}}");

Bound bound(const std::string& text, const List& parameters = {}) {
  return Bound(std::make_shared<const Statement>(parse(text)), parameters, [](Value&) {});
}

bool holds(const std::string& where, const List& parameters = {}) {
  const Bound b = bound("SELECT * FROM t WHERE " + where, parameters);
  return b.test(b.conditions())(kItem.map());
}

std::string problem(const std::string& text, const List& parameters = {}) {
  try {
    bound(text, parameters);
  } catch (const expression::Error& e) {
    return e.message;
  }
  return "";
}

std::string updated(const std::string& text) {
  const Bound b = bound(text);
  auto tree = std::make_shared<expression::UpdateTree>();
  tree->actions = b.statement().actions;
  Map item = kItem.map();
  expression::Update(std::move(tree), b.binding()).apply(item);
  return wire::to_json(Value(item));
}

const std::string kMalformed = "Statement wasn't well formed, can't be processed: ";

}  // namespace

TEST_CASE("SELECT names a table, an index, paths and an order") {
  const Statement s = parse(
      "select a, \"b c\".d[0].e, l[1] -- comment\n FROM \"my.table\".\"by-x\" /* here */ ORDER BY a DESC, "
      "b;");
  CHECK(s.reads());
  CHECK(s.table == "my.table");
  CHECK(s.index == "by-x");
  REQUIRE(s.projection.size() == 3);
  CHECK(expression::to_message(s.projection[1]) == "[b c, d, [0], e]");
  REQUIRE(s.order.size() == 2);
  CHECK(s.order[0].descending);
  CHECK_FALSE(s.order[1].descending);
  CHECK(parse("SELECT * FROM t").projection.empty());
}

TEST_CASE("chosen paths are answered under their last names") {
  const Statement s = parse("SELECT m.k, l[0], zz, a FROM t");
  CHECK(wire::to_json(Value(select(kItem.map(), s.projection))) ==
        R"({"k":{"S":"v"},"l[0]":{"S":"x"},"a":{"N":"5"}})");
}

TEST_CASE("conditions") {
  CHECK(holds("a = 5 AND s = 'it''s'"));
  CHECK(holds("\"a\" >= 5 and not a <> 5 AND a != 6"));
  CHECK(holds("a BETWEEN 1 AND 5 OR a = -1"));
  CHECK(holds("a IN [1, 5] AND a IN (5) AND a NOT IN (1, 2)"));
  CHECK(holds("(a = 1 OR (a) = 5) AND l[1].k = 1"));
  CHECK(holds("zz IS MISSING AND a IS NOT MISSING AND n IS NULL AND a IS NOT NULL"));
  CHECK(holds("a IS NUMERIC AND l IS LIST AND m IS STRUCT"));
  CHECK(holds("attribute_exists(m.k) AND ATTRIBUTE_NOT_EXISTS(zz) AND attribute_exists(\"a\") = true"));
  CHECK_FALSE(holds("attribute_exists(a) = false"));
  CHECK(holds("begins_with(s, 'it') AND Contains(\"ss\", 'b') AND attribute_type(a, 'N') AND size(l) = 2"));
  CHECK(holds("m = {'k': 'v'} AND l[0] = 'x'"));
  CHECK_FALSE(holds("zz = 5"));
  CHECK_FALSE(holds("attribute_type(a, [1])"));
}

TEST_CASE("parameters stand for values anywhere") {
  CHECK(holds("a = ? AND s = ?", {json("{`N`: `5`}"), json("{`S`: `it's`}")}));
  CHECK(problem("SELECT * FROM t WHERE a = ?") ==
        "Number of parameters in request and statement don't match.");
  const Bound b = bound("INSERT INTO t VALUE {'a': ?, 'l': [?, 1], 's': <<'x', ?>>}",
                        {json("{`S`: `p`}"), json("{`BOOL`: true}"), json("{`S`: `q`}")});
  CHECK(wire::to_json(b.value(*b.statement().item)) ==
        R"({"M":{"a":{"S":"p"},"l":{"L":[{"BOOL":true},{"N":"1"}]},"s":{"SS":["x","q"]}}})");
}

TEST_CASE("UPDATE sets and removes") {
  CHECK(updated("UPDATE t SET a = a + 1, m.k = 'w' REMOVE s WHERE pk = 'x'").find(R"("a":{"N":"6"})") !=
        std::string::npos);
  CHECK(updated("UPDATE t SET l = list_append(l, ['y']) WHERE pk = 'x'").find(R"({"S":"y"}]})") !=
        std::string::npos);
  CHECK(updated("UPDATE t SET ss = set_add(ss, <<'c'>>) SET a = 1 WHERE pk = 'x'").find(R"(["a","b","c"])") !=
        std::string::npos);
  CHECK(updated("UPDATE t SET ss = set_delete(ss, <<'b'>>) WHERE pk = 'x'").find(R"({"SS":["a"]})") !=
        std::string::npos);
  CHECK(parse("UPDATE t SET a = 1 WHERE pk = 'x' RETURNING MODIFIED NEW *").returning ==
        Returning::modified_new);
  CHECK(parse("DELETE FROM t WHERE pk = 'x' returning all old *").returning == Returning::all_old);
  CHECK(parse("EXISTS(SELECT * FROM t WHERE pk = 'x' AND a = 1)").kind == Statement::Kind::exists);
}

TEST_CASE("statements that are wrong") {
  CHECK(problem("SELECT * FROM t WHERE a = 1 b") == kMalformed + "Unexpected token after expression");
  CHECK(problem("SELEKT * FROM t") == kMalformed + "Unexpected term");
  CHECK(problem("SELECT * FROM t WHERE a = 'x") == kMalformed);
  CHECK(problem("SELECT a AS b FROM t") == "Aliasing is not supported");
  for (const char* alias : {"SELECT * FROM t x WHERE a = 1", "SELECT * FROM t AS x", "UPDATE t x SET a = 1",
                            "DELETE FROM t x WHERE a = 1"})
    CHECK(problem(alias) == "Aliasing is not supported");
  CHECK(problem("INSERT INTO t x VALUE {'a': 1}") == kMalformed + "Unexpected token after expression");
  CHECK(problem("UPDATE t SET a = 1") ==
        "Where clause does not contain a mandatory equality on all key attributes");
  CHECK(problem("DELETE FROM t WHERE a = 1 RETURNING ALL NEW *") ==
        "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE "
        "statements.");
  CHECK(problem("INSERT INTO t VALUES ({'a': 1})")
            .starts_with("Unsupported operation: Inserting multiple items"));
  CHECK(problem("SELECT * FROM t WHERE f(a) = 1") == "Unrecognized function: f at 1:23:1");
  CHECK(problem("SELECT * FROM t WHERE a") ==
        "WHERE clause must contain an expression that resolves to a boolean");
  CHECK(problem("SELECT * FROM t WHERE a = " + std::string(5000, '(') + "1") ==
        kMalformed + "Statement is nested too deeply");
  CHECK(problem("SELECT * FROM t WHERE a = # 1") == kMalformed);
}

TEST_CASE("the service's words for statements that break off") {
  for (const char* text :
       {"SELECT * FROM t WHERE", "SELECT a FROM t WHERE;", "UPDATE t SET a = 1 WHERE",
        "DELETE FROM t WHERE   ", "SELECT * FROM t WHERE NOT", "SELECT * FROM t WHERE (", "SELECT * FROM"})
    CHECK(problem(text) == kMalformed + "Unexpected term");
  CHECK(problem("SELECT * FROM t WHERE a = 1 AND") ==
        kMalformed + "Missing right-hand side expression of infix operator");
  CHECK(problem("SELECT * FROM t WHERE a = 1 OR") ==
        kMalformed + "Missing right-hand side expression of infix operator");
  CHECK(problem("SELECT * FROM t WHERE ORDER BY a") == kMalformed + "Unexpected keyword");
  CHECK(problem("SELECT * FROM t WHERE IS NULL") == kMalformed + "Unexpected operator");
  CHECK(problem("SELECT * FROM t WHERE a = LIKE") == kMalformed + "Unexpected operator");
  CHECK(problem("SELECT * FROM t WHERE a IS FOO") == kMalformed + "Expected type name");
  for (const char* text : {"DELETE FROM", "DELETE FROM;", "DELETE FROM WHERE a = 1"})
    CHECK(problem(text) == kMalformed + "Expected identifier for simple path");
  for (const char* text : {"SELECT * FROM t WHERE a = 1)", "DELETE FROM t WHERE a = 1 ORDER BY a",
                           "SELECT * FROM t ORDER BY a WHERE a = 1", "FROM t SET c = 1 WHERE a = 1"})
    CHECK(problem(text) == kMalformed + "Unexpected token after expression");
  CHECK(problem("SELECT * FROM t WHERE a = 1 /* note") == kMalformed);
}

TEST_CASE("numbers are checked where they stand") {
  const std::string overflow =
      "Number overflow. Attempting to store a number with magnitude larger than supported range under root";
  for (const char* n : {"1e2147483648", "1e99999999999", "1.5e-2147483647"})
    CHECK(problem(std::string("SELECT * FROM t WHERE a = ") + n) == kMalformed);
  CHECK(problem("SELECT * FROM t WHERE a = 1e126") == overflow);
  CHECK(problem("INSERT INTO t VALUE {'a': 1e126}") == overflow);
  CHECK(problem("INSERT INTO t VALUE {'m': {'x': 1e126}}") == overflow + ".x");
  CHECK(problem("INSERT INTO t VALUE {'l': [1, -1e126]}") == overflow + "[1]");
  CHECK(problem("SELECT * FROM t WHERE a = 123456789012345678901234567890123456789") ==
        "Attempting to store more than 38 significant digits in a Number under root");
}

TEST_CASE("functions are refused where they stand") {
  const std::string path = "Operator or function requires a document path; operator or function: ";
  CHECK(problem("SELECT * FROM t WHERE attribute_exists('a')") == path + "attribute_exists");
  CHECK(problem("SELECT * FROM t WHERE attribute_exists()") ==
        "Incorrect number of operands for operator or function; operator or function: attribute_exists, "
        "number of operands: 0");
  CHECK(problem("SELECT attribute_exists(a) FROM t") == "Unexpected path component at 1:8:16");
  CHECK(problem("SELECT * FROM t\n WHERE \"ä\" = 1 AND EXISTS(a)") ==
        "Unrecognized function: exists at 2:20:6");
  const std::string first = "The first argument to SET_ADD must equal the assignment value at 1:18:7";
  CHECK(problem("UPDATE t SET t = set_add(a, <<'x'>>) WHERE a = 1") == first);
  CHECK(problem("UPDATE t SET t = set_add(<<'a'>>, <<'x'>>) WHERE a = 1") == first);
  CHECK(problem("UPDATE t SET a = set_add(a, 'x') WHERE a = 1") ==
        "The second argument to SET_ADD must be a value with type SET at 1:26:1");
  CHECK(problem("UPDATE t SET a = set_delete(a) WHERE a = 1") ==
        "SET_DELETE must have exactly two arguments at 1:18:10");
  CHECK(problem("UPDATE t SET a = set_add(a, <<'x'>>, <<'y'>>) WHERE a = 1") ==
        "SET_ADD must have exactly two arguments at 1:18:7");
  CHECK(problem("UPDATE t SET a = set_add(a, <<>>) WHERE a = 1") == "Empty bags are not supported");
  CHECK(problem("INSERT INTO t VALUE {'a': set_add(<<'a'>>, <<'b'>>)}") ==
        "Unsupported data type: set_add under key root at 1:27:7");
}

TEST_CASE("what has no order is not ordered") {
  CHECK(problem("SELECT * FROM t WHERE a < TRUE") ==
        "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL");
  CHECK(problem("SELECT * FROM t WHERE a BETWEEN ? AND 1", {json("{`L`: []}")}) ==
        "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: L");
  CHECK(problem("SELECT * FROM t WHERE a = TRUE AND a <> [1]").empty());
}

TEST_CASE("an UPDATE may begin with FROM") {
  const Statement s = parse("from t where pk = 'x' set a = 1 remove b returning all new *");
  CHECK(s.kind == Statement::Kind::update);
  CHECK(s.actions.size() == 2);
  CHECK(s.where);
  CHECK(s.returning == Returning::all_new);
  CHECK(problem("FROM t REMOVE a") ==
        "Where clause does not contain a mandatory equality on all key attributes");
}

TEST_CASE("statements are parsed once while they are kept") {
  Cache cache(1);
  const auto first = cache.statement("SELECT * FROM t");
  CHECK(cache.statement("SELECT * FROM t") == first);
  CHECK_THROWS_AS(cache.statement("nonsense"), expression::Error);
  cache.statement("SELECT a FROM t");
  CHECK(cache.size() == 1);
  CHECK(cache.statement("SELECT * FROM t") != first);
}
