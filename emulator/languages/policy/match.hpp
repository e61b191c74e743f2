// Matching of texts against policy patterns. Pure functions; any thread; nothing fails.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "languages/policy/document.hpp"

namespace puddle::policy {

/// Lower-case condition key -> values of the request.
using Context = std::map<std::string, std::vector<std::string>>;

inline constexpr char kStar = '\x01';  ///< a compiled '*'
inline constexpr char kAny = '\x02';   ///< a compiled '?'

/// '*' and '?' become wildcards; with `variables` a text with "${" is kept for expand().
Pattern compile(std::string_view text, bool variables);
/// The compiled text of a pattern in a request; nothing when a variable has neither a value nor a default.
std::optional<std::string> expand(const Pattern& pattern, const Context& context);

/// Glob over the whole text with compiled wildcards.
bool glob(std::string_view compiled, std::string_view text);

/// Six colon-separated parts are compared one by one; the last one may contain colons. `pad`: an ARN that is
/// too short is filled up with wildcards.
enum class Pad { no, yes };
bool arn_match(std::string_view compiled, std::string_view arn, Pad pad);

/// "service:Name" in lower case; the service part takes no wildcards; "*" alone is everything.
bool action_match(std::string_view pattern, std::string_view action);

}  // namespace puddle::policy
