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
  CHECK(problem("SELECT * FROM t WHERE a = 'x") == kMalformed + "Unexpected end of text");
  CHECK(problem("SELECT a AS b FROM t") == "Aliasing is not supported");
  CHECK(problem("UPDATE t SET a = 1") ==
        "Where clause does not contain a mandatory equality on all key attributes");
  CHECK(problem("DELETE FROM t WHERE a = 1 RETURNING ALL NEW *") ==
        "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE "
        "statements.");
  CHECK(problem("INSERT INTO t VALUES ({'a': 1})")
            .starts_with("Unsupported operation: Inserting multiple items"));
  CHECK(problem("SELECT * FROM t WHERE f(a) = 1") == "Unrecognized function: f");
  CHECK(problem("SELECT * FROM t WHERE a") ==
        "WHERE clause must contain an expression that resolves to a boolean");
  CHECK(problem("SELECT * FROM t WHERE a = " + std::string(5000, '(') + "1") ==
        kMalformed + "Statement is nested too deeply");
  CHECK(problem("SELECT * FROM t WHERE a = # 1") == kMalformed + "Unexpected character");
}
