// Filter: event patterns, as EventBridge, event source mappings and pipes have them. A pattern is a nested
// object whose leaves are arrays of alternatives: scalars, or objects with one operator. Keys are ANDed,
// alternatives are ORed, "$or" multiplies the pattern. Pure functions over Value; no state, any thread.
//
//     auto pattern = filter::parse(R"({"body":{"total":[{"numeric":[">",100]}]}})");
//     if (pattern && pattern->matches(event)) ...
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "languages/filter/matcher.hpp"
#include "wire/value.hpp"

namespace puddle::filter {

/// One way to match: every key must be met.
struct Key {
  std::string path;  ///< segments joined by dots, as in the pattern
  std::vector<Matcher> any;
};
using Alternative = std::vector<Key>;

class Pattern {
 public:
  explicit Pattern(std::vector<Alternative> alternatives) : alternatives_(std::move(alternatives)) {}
  /// Arrays of the event: any element may match, but all keys must be met by one consistent choice of
  /// elements. An event that would take unreasonably long (more than a hundred thousand steps) does not
  /// match.
  bool matches(const wire::Value& event) const;
  const std::vector<Alternative>& alternatives() const { return alternatives_; }

 private:
  std::vector<Alternative> alternatives_;
};

inline constexpr std::size_t kMaxAlternatives = 1000;
inline constexpr std::size_t kMaxDepth = 50;

/// The failure says what is wrong, in event-ruler's words.
Result<Pattern> parse(std::string_view json);
Result<Pattern> parse(const wire::Value& pattern);

}  // namespace puddle::filter
