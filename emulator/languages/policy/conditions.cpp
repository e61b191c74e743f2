// Condition operators.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"
#include "base/time.hpp"
#include "languages/policy/evaluate.hpp"

namespace puddle::policy {
namespace {

enum class Outcome { no, yes, unreadable };

Outcome outcome(bool b) { return b ? Outcome::yes : Outcome::no; }

std::optional<int> digits(std::string_view text) {
  const auto n = parse_int(text);
  if (!n || *n < 0 || *n > 9999) return std::nullopt;
  return static_cast<int>(*n);
}

/// ISO 8601 with 'Z', an offset or a date alone, else seconds since 1970.
std::optional<Time> date(std::string_view text) {
  if (const auto seconds = parse_int(text);
      seconds && *seconds > -1'000'000'000'000 && *seconds < 1'000'000'000'000)
    return from_millis(*seconds * 1000);
  if (const auto time = parse_time(text)) return time;
  if (text.size() == 10) return parse_time(std::string(text) + "T00:00:00Z");
  if (text.size() < 17) return std::nullopt;
  if (text[text.size() - 6] == '+' || text[text.size() - 6] == '-') {
    const auto hours = digits(text.substr(text.size() - 5, 2));
    const auto minutes = digits(text.substr(text.size() - 2));
    const auto time = parse_time(std::string(text.substr(0, text.size() - 6)) + "Z");
    if (!time || !hours || !minutes) return std::nullopt;
    const Duration offset = std::chrono::minutes(*hours * 60 + *minutes);
    return text[text.size() - 6] == '+' ? *time - offset : *time + offset;
  }
  if (text.size() == 17 && text.back() == 'Z')  // hours and minutes alone
    return parse_time(std::string(text.substr(0, 16)) + ":00Z");
  return std::nullopt;
}

template <class T>
Outcome compare(Operator op, const std::optional<T>& have, const std::optional<T>& want) {
  if (!have) return Outcome::unreadable;
  if (!want) return Outcome::no;
  switch (op) {
    case Operator::numeric_equals:
    case Operator::date_equals:
      return outcome(!(*have < *want) && !(*want < *have));
    case Operator::numeric_less:
    case Operator::date_less:
      return outcome(*have < *want);
    case Operator::numeric_less_equals:
    case Operator::date_less_equals:
      return outcome(!(*want < *have));
    case Operator::numeric_greater:
    case Operator::date_greater:
      return outcome(*want < *have);
    default:
      return outcome(!(*have < *want));
  }
}

struct Address {
  int family = AF_INET;
  std::array<unsigned char, 16> bytes{};
};

std::optional<Address> address(std::string_view text) {
  const std::string copy(text);
  Address out;
  if (inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1) return out;
  out.family = AF_INET6;
  if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

Outcome in_network(std::string_view have, std::string_view want) {
  const auto ip = address(have);
  if (!ip) return Outcome::unreadable;
  std::string_view base = want;
  std::optional<std::int64_t> bits;
  if (const auto pair = cut(want, "/")) {
    base = pair->first;
    bits = parse_int(pair->second);
    if (!bits) return Outcome::no;
  }
  const auto network = address(base);
  if (!network || network->family != ip->family) return Outcome::no;
  const std::int64_t width = ip->family == AF_INET ? 32 : 128;
  std::int64_t left = bits.value_or(width);
  if (left < 0 || left > width) return Outcome::no;
  for (std::size_t i = 0; left > 0; ++i, left -= 8) {
    const unsigned mask = left >= 8 ? 0xFFU : (0xFFU << (8 - left)) & 0xFFU;
    if ((ip->bytes[i] & mask) != (network->bytes[i] & mask)) return Outcome::no;
  }
  return Outcome::yes;
}

/// Wildcards of operators without patterns are characters like any other.
std::string literal(std::string text) {
  for (char& c : text) c = c == kStar ? '*' : c == kAny ? '?' : c;
  return text;
}

Outcome match_one(Operator op, const std::string& have, const std::string& compiled) {
  if (op == Operator::string_like) return outcome(glob(compiled, have));
  if (op == Operator::arn_like) return outcome(arn_match(compiled, have, Pad::no));
  const std::string want = literal(compiled);
  switch (op) {
    case Operator::string_equals:
      return outcome(have == want);
    case Operator::string_equals_ignore_case:
      return outcome(iequals(have, want));
    case Operator::numeric_equals:
    case Operator::numeric_less:
    case Operator::numeric_less_equals:
    case Operator::numeric_greater:
    case Operator::numeric_greater_equals:
      return compare(op, parse_double(have), parse_double(want));
    case Operator::date_equals:
    case Operator::date_less:
    case Operator::date_less_equals:
    case Operator::date_greater:
    case Operator::date_greater_equals:
      return compare(op, date(have), date(want));
    case Operator::boolean:
      return outcome(iequals(have, want));
    case Operator::binary_equals: {
      const auto bytes = from_base64(have);
      return outcome(bytes && bytes == from_base64(want));
    }
    case Operator::ip_address:
      return in_network(have, want);
    default:
      return Outcome::no;
  }
}

/// One value of the request against all values of the policy: some match, or none for a negated operator.
bool value_holds(const Condition& condition, const std::string& have, const std::vector<std::string>& wants) {
  bool matched = false;
  for (const std::string& want : wants) {
    const Outcome one = match_one(condition.op, have, want);
    if (one == Outcome::unreadable) return false;
    matched = matched || one == Outcome::yes;
  }
  return matched != condition.negated;
}

}  // namespace

bool holds(const Condition& condition, const Context& context) {
  if (condition.op == Operator::unknown) return false;
  const auto found = context.find(condition.key);
  const bool present = found != context.end() && !found->second.empty();
  if (condition.op == Operator::null) {
    return std::ranges::any_of(condition.values, [&](const Pattern& value) {
      return iequals(value.text, present ? "false" : "true");
    });
  }
  if (!present) {
    if (condition.set == Condition::Set::all || condition.if_exists) return true;
    return condition.set == Condition::Set::none && condition.negated;
  }
  std::vector<std::string> wants;
  for (const Pattern& pattern : condition.values)
    if (auto text = expand(pattern, context)) wants.push_back(std::move(*text));
  const auto one = [&](const std::string& have) { return value_holds(condition, have, wants); };
  switch (condition.set) {
    case Condition::Set::all:
      return std::ranges::all_of(found->second, one);
    case Condition::Set::any:
      return std::ranges::any_of(found->second, one);
    case Condition::Set::none:
      break;
  }
  return found->second.size() == 1 && one(found->second.front());
}

}  // namespace puddle::policy
