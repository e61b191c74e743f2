// FilterCriteria: which records of a source are for the function.
#include "languages/filter/filter.hpp"
#include "services/lambda/errors.hpp"
#include "services/lambda/event_sources/event_sources.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

using wire::Map;

constexpr std::size_t kMaxFilters = 5;

class Patterns final : public RecordFilter {
 public:
  struct Pattern {
    filter::Pattern pattern;
    /// What the pattern says of "body": nothing, a plain text, or an object.
    enum class Body { any, text, object } body = Body::any;
  };
  std::vector<Pattern> patterns;

  /// A pattern over a JSON body sees the body's JSON, one over a plain body its text; a body of the other
  /// kind does not match.
  bool accepts_message(const Value& record) const override {
    const std::string body(record.text_or("body"));
    auto parsed = wire::parse_json(body);
    const bool object = parsed && (parsed->is_map() || parsed->is_list());
    for (const Pattern& p : patterns) {
      if (p.body == Pattern::Body::text && object) continue;
      if (p.body == Pattern::Body::object && !(parsed && parsed->is_map())) continue;
      Value seen = record;
      if (p.body == Pattern::Body::object) seen.map()["body"] = *parsed;
      if (p.pattern.matches(seen)) return true;
    }
    return false;
  }

  bool accepts_record(std::string_view json) const override {
    const auto record = wire::parse_json(json);
    if (!record) return false;
    for (const Pattern& p : patterns)
      if (p.pattern.matches(*record)) return true;
    return false;
  }
};

}  // namespace

std::shared_ptr<const RecordFilter> RecordFilter::make(const std::optional<FilterCriteria>& criteria) {
  if (!criteria || criteria->filters.empty()) return nullptr;
  const auto invalid = [](const char* message) { return user_error(kInvalidParameter, message); };
  if (criteria->filters.size() > kMaxFilters)
    throw invalid("The number of filters exceeds the maximum of 5 for an event source mapping.");
  auto out = std::make_shared<Patterns>();
  for (const FilterText& text : criteria->filters) {
    const auto json = wire::parse_json(text.pattern.value_or(""));
    if (!json) throw invalid("Invalid filter pattern definition.");
    auto pattern = filter::parse(*json);
    if (!pattern) throw invalid("Invalid filter pattern definition.");
    const Value* body = json->find("body");
    const auto kind = !body            ? Patterns::Pattern::Body::any
                      : body->is_map() ? Patterns::Pattern::Body::object
                                       : Patterns::Pattern::Body::text;
    out->patterns.push_back(Patterns::Pattern{std::move(*pattern), kind});
  }
  return out;
}

}  // namespace puddle::lambda
