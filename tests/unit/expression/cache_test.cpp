// Cache: bounded, the least recently used goes first.
#include "languages/expression/cache.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

using namespace puddle::expression;
using namespace puddle::expression::test;

TEST_CASE("a text is parsed once while it is kept") {
  Cache cache(2);
  const auto first = cache.condition("a = :v", "FilterExpression");
  const auto update = cache.update("REMOVE a");
  CHECK(cache.condition("a = :v", "ConditionExpression") == first);
  cache.projection("a");  // pushes the update out
  CHECK(cache.size() == 2);
  CHECK(cache.condition("a = :v", "FilterExpression") == first);
  CHECK(cache.update("REMOVE a") != update);
}

TEST_CASE("kinds do not mix and errors are not kept") {
  Cache cache;
  cache.projection("a");
  CHECK(error_of([&] { cache.condition("a", "FilterExpression"); }) ==
        "Invalid FilterExpression: Syntax error; token: \"<EOF>\", near: \"a\"");
  CHECK(cache.size() == 1);
}
