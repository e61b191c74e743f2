// How values compare.
#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

namespace {

bool is_less(std::optional<std::strong_ordering> order) { return order == std::strong_ordering::less; }
bool is_more(std::optional<std::strong_ordering> order) { return order == std::strong_ordering::greater; }

}  // namespace

TEST_CASE("order of scalars") {
  CHECK(is_less(compare(json("{'N': '9'}"), json("{'N': '10'}"))));
  CHECK(is_more(compare(json("{'S': '9'}"), json("{'S': '10'}"))));
  CHECK(is_more(compare(json("{'S': 'é'}"), json("{'S': 'z'}"))));
  CHECK(is_more(compare(json("{'B': '/w=='}"), json("{'B': 'AA=='}"))));
  CHECK(is_less(compare(json("{'B': 'YQ=='}"), json("{'B': 'YWI='}"))));
  CHECK(is_less(compare(json("{'B': 'YQ=='}"), json("{'B': 'YQA='}"))));
  CHECK_FALSE(compare(json("{'N': '1'}"), json("{'S': '1'}")));
  CHECK_FALSE(compare(json("{'BOOL': true}"), json("{'BOOL': true}")));
}

TEST_CASE("equality looks into documents, whatever the order of members") {
  CHECK(equal(json("{'M': {'a': {'S': 'x'}, 'b': {'N': '1'}}}"),
              json("{'M': {'b': {'N': '1'}, 'a': {'S': 'x'}}}")));
  CHECK_FALSE(equal(json("{'L': [{'S': 'x'}, {'S': 'y'}]}"), json("{'L': [{'S': 'y'}, {'S': 'x'}]}")));
}

TEST_CASE("sets are sorted and know their duplicates") {
  List numbers{Value("10"), Value("9"), Value("-1")};
  CHECK(sort_set("NS", numbers));
  CHECK(puddle::wire::to_json(Value(numbers)) == R"(["-1","9","10"])");
  List twice{Value("b"), Value("a"), Value("b")};
  CHECK_FALSE(sort_set("SS", twice));
  CHECK(set_union("NS", numbers, {Value("8"), Value("10")}) ==
        List{Value("-1"), Value("8"), Value("9"), Value("10")});
  CHECK(set_difference("NS", numbers, {Value("9")}) == List{Value("-1"), Value("10")});
}

TEST_CASE("contains, begins_with and size of values") {
  CHECK(contains(json("{'S': 'hello'}"), json("{'S': 'ell'}")));
  CHECK(contains(json("{'B': 'aGVsbG8='}"), json("{'B': 'ZWxs'}")));
  CHECK(contains(json("{'NS': ['1', '2']}"), json("{'N': '2'}")));
  CHECK_FALSE(contains(json("{'NS': ['1', '2']}"), json("{'S': '2'}")));
  CHECK(contains(json("{'L': [{'M': {}}]}"), json("{'M': {}}")));
  CHECK_FALSE(contains(json("{'N': '12'}"), json("{'N': '1'}")));
  CHECK(begins_with(json("{'B': 'aGVsbG8='}"), json("{'B': 'aGU='}")));
  CHECK_FALSE(begins_with(json("{'S': 'x'}"), json("{'B': 'eA=='}")));
  CHECK(size_of(json("{'S': 'äöü'}")) == 3);
  CHECK(size_of(json("{'B': 'aGVsbG8='}")) == 5);
  CHECK(size_of(json("{'M': {'a': {'S': 'x'}}}")) == 1);
  CHECK_FALSE(size_of(json("{'N': '12'}")));
}
