#include "base/time.hpp"

#include <array>
#include <cstdio>

#include "base/text.hpp"

namespace puddle {
namespace {

constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

template <class... A>
std::string format(const char* pattern, A... args) {
  char buffer[64];
  const int n = std::snprintf(buffer, sizeof buffer, pattern, args...);
  return std::string(buffer, static_cast<std::size_t>(n));
}

std::optional<Time> from_parts(int y, int mo, int d, int h, int mi, int s, int ms) {
  using namespace std::chrono;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60 || h < 0 || mi < 0 || s < 0) return std::nullopt;
  return Time(sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + seconds(s) + milliseconds(ms));
}

}  // namespace

Calendar calendar(Time t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const year_month_day date(day);
  const hh_mm_ss clock(t - day);
  return {int(date.year()),
          static_cast<int>(unsigned(date.month())),
          static_cast<int>(unsigned(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count()),
          static_cast<int>(weekday(day).c_encoding())};
}

std::string iso8601(Time t, Millis millis) {
  const Calendar c = calendar(t);
  if (millis == Millis::none)
    return format("%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
  return format("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute, c.second,
                c.millisecond);
}

std::string http_date(Time t) {
  const Calendar c = calendar(t);
  return format("%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[static_cast<std::size_t>(c.weekday)], c.day,
                kMonths[static_cast<std::size_t>(c.month - 1)], c.year, c.hour, c.minute, c.second);
}

std::string basic_date(Time t) {
  const Calendar c = calendar(t);
  return format("%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::optional<Time> parse_time(std::string_view text) {
  const std::string s(text);
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, sec = 0, used = 0;
  if (std::sscanf(s.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &sec, &used) == 6) {
    int ms = 0, offset = 0;
    std::string_view rest = std::string_view(s).substr(static_cast<std::size_t>(used));
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      int digits = 0;
      while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
        if (digits < 3) ms = ms * 10 + (rest[0] - '0');
        ++digits;
        rest.remove_prefix(1);
      }
      for (; digits < 3; ++digits) ms *= 10;
    }
    if (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':') {
      const auto hh = parse_int(rest.substr(1, 2)), mm = parse_int(rest.substr(4, 2));
      if (!hh || !mm) return std::nullopt;
      offset = static_cast<int>(*hh * 60 + *mm) * (rest[0] == '-' ? -1 : 1);
    } else if (rest != "Z" && !rest.empty()) {
      return std::nullopt;
    }
    const auto at = from_parts(y, mo, d, h, mi, sec, ms);
    if (!at) return std::nullopt;
    return *at - std::chrono::minutes(offset);
  }
  if (s.size() == 16 && std::sscanf(s.c_str(), "%4d%2d%2dT%2d%2d%2dZ", &y, &mo, &d, &h, &mi, &sec) == 6)
    return from_parts(y, mo, d, h, mi, sec, 0);
  char month[4] = {};
  if (std::sscanf(s.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d", &d, month, &y, &h, &mi, &sec) == 6)
    for (std::size_t i = 0; i < kMonths.size(); ++i)
      if (std::string_view(month) == kMonths[i])
        return from_parts(y, static_cast<int>(i) + 1, d, h, mi, sec, 0);
  return std::nullopt;
}

}  // namespace puddle
