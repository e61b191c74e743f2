// Durations of the clock endpoint.
#include <catch2/catch.hpp>

#include "gateway/control_plane.hpp"

using namespace puddle;

TEST_CASE("durations are ISO 8601, days and smaller") {
  CHECK(parse_duration("PT15M") == 15min);
  CHECK(parse_duration("P1DT2H3M4.5S") == 26h + 3min + 4500ms);
  CHECK(parse_duration("P14D") == 336h);
  for (const char* wrong :
       {"", "P", "PT", "P1DT", "15M", "P1M", "PT1D", "PTM", "PT-1M", "PT1", "P99999D", "PT1.2.3S"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
}
