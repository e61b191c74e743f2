#include "services/lambda/lineage.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace puddle::lambda {
namespace {

constexpr std::string_view kField = "Lineage=";
constexpr std::size_t kMaxFunctions = 32;  // of one chain; the first ones are forgotten
constexpr std::int64_t kMaxCount = 255;

struct Entry {
  std::string hash;
  std::int64_t count = 0;
};

std::string hash_of(std::string_view function_arn) { return sha256_hex(function_arn).substr(0, 8); }

/// The field's value; botocore writes its bars as %7C.
std::vector<Entry> entries_of(std::string_view header) {
  std::vector<Entry> out;
  for (const std::string_view field : split(header, ';')) {
    if (!trim(field).starts_with(kField)) continue;
    const std::string value = url_decode(trim(field).substr(kField.size()));
    for (const std::string_view text : split(value, '|')) {
      const std::size_t colon = text.rfind(':');
      if (colon == std::string_view::npos || out.size() == kMaxFunctions) continue;
      const auto count = parse_int(text.substr(colon + 1));
      if (count && *count >= 0) out.push_back({std::string(text.substr(0, colon)), *count});
    }
  }
  return out;
}

}  // namespace

int times_invoked(std::string_view header, std::string_view function_arn) {
  const std::string hash = hash_of(function_arn);
  for (const Entry& e : entries_of(header))
    if (e.hash == hash) return static_cast<int>(std::min(e.count, kMaxCount)) + 1;
  return 0;
}

std::string with_invocation(std::string_view header, std::string_view function_arn) {
  std::vector<Entry> entries = entries_of(header);
  const std::string hash = hash_of(function_arn);
  const auto known =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.hash == hash; });
  if (known != entries.end()) {
    known->count = std::min(known->count + 1, kMaxCount);
  } else {
    if (entries.size() == kMaxFunctions) entries.erase(entries.begin());
    entries.push_back({hash, 0});
  }
  std::string out;
  for (const std::string_view field : split(header, ';'))
    if (!trim(field).starts_with(kField)) out += std::string(field) + ";";
  out += kField;
  for (const Entry& e : entries) out += e.hash + ":" + std::to_string(e.count) + "|";
  out.pop_back();
  return out;
}

}  // namespace puddle::lambda
