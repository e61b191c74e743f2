// Time: the vocabulary for instants and spans. Millisecond resolution everywhere, as AWS's own timestamps.
// Nothing here asks a clock: "now" comes from ports::Loop alone.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace puddle {

using namespace std::chrono_literals;

using Duration = std::chrono::milliseconds;
/// Milliseconds since the Unix epoch, UTC.
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

inline std::int64_t to_millis(Time t) { return t.time_since_epoch().count(); }
inline std::int64_t to_seconds(Time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
inline Time from_millis(std::int64_t ms) { return Time(Duration(ms)); }

/// "2026-11-24T10:15:30.123Z"; without the fraction when `millis` is Millis::none.
enum class Millis { none, three };
std::string iso8601(Time t, Millis millis = Millis::three);
/// "Tue, 24 Nov 2026 10:15:30 GMT".
std::string http_date(Time t);
/// "20261124T101530Z".
std::string basic_date(Time t);
/// Accepts iso8601 with or without fraction, basic_date and http_date; nothing otherwise.
std::optional<Time> parse_time(std::string_view text);
/// Calendar pieces of an instant in UTC (month and day from 1, weekday 0 = Sunday).
struct Calendar {
  int year, month, day, hour, minute, second, millisecond, weekday;
};
Calendar calendar(Time t);

}  // namespace puddle
