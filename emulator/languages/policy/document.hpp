// Policy documents, parsed once into what evaluation needs. Pure functions over text; any thread. The cache
// belongs to one owner on one thread. Failing is normal: a document may be any text.
#pragma once
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/value.hpp"

namespace puddle::policy {

enum class Effect { allow, deny };

/// A text with wildcards and perhaps variables. Without variables it is compiled: wildcards are the two
/// control characters of match.hpp, so that a literal '*' (from "${*}" or from a value) can be told from a
/// wildcard.
struct Pattern {
  std::string text;
  bool variables = false;
};

struct PrincipalEntry {
  enum class Kind { any, account, arn, service, other } kind = Kind::other;
  std::string value;  ///< account: 12 digits; arn: an ARN or a unique id; service: "sns.amazonaws.com"
};

enum class Operator {
  string_equals,
  string_equals_ignore_case,
  string_like,
  numeric_equals,
  numeric_less,
  numeric_less_equals,
  numeric_greater,
  numeric_greater_equals,
  date_equals,
  date_less,
  date_less_equals,
  date_greater,
  date_greater_equals,
  boolean,
  binary_equals,
  ip_address,
  arn_like,
  null,
  unknown
};

struct Condition {
  enum class Set { none, all, any };
  Operator op = Operator::unknown;
  Set set = Set::none;
  bool negated = false;
  bool if_exists = false;
  std::string key;  ///< lower case
  std::vector<Pattern> values;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::deny;
  bool has_principal = false, not_principal = false;
  std::vector<PrincipalEntry> principals;
  bool not_action = false;
  std::vector<std::string> actions;  ///< lower case
  bool has_resource = false, not_resource = false;
  std::vector<Pattern> resources;
  std::vector<Condition> conditions;
};

struct Document {
  std::string version = "2008-10-17";
  std::string id;
  std::vector<Statement> statements;
  bool needs_context = false;  ///< there is a condition or a variable
};

/// Reads what can be evaluated. Lenient: validation is grammar.hpp's. Fails on what is no policy at all.
Result<Document> parse(std::string_view text);

/// Splits "ForAllValues:StringLikeIfExists"; `op` stays unknown for a name that AWS does not have.
Condition parse_operator(std::string_view name);

/// Parsed documents by their text; the least recently used ones are dropped beyond `limit` documents or
/// `max_bytes` of text. An unreadable text is kept as null.
class Cache {
 public:
  explicit Cache(std::size_t limit = 512, std::size_t max_bytes = 4 * 1024 * 1024)
      : limit_(limit), max_bytes_(max_bytes) {}
  std::shared_ptr<const Document> get(std::string_view text);
  std::size_t size() const { return entries_.size(); }

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const Document>>;
  std::size_t limit_, max_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  ///< newest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_text_;
};

}  // namespace puddle::policy
