// Patterns of the models are Java regular expressions. RE2 matches them in linear time whatever the text; a
// pattern that RE2 cannot read (look-ahead, Java-only classes) accepts everything: a missing check, never a
// wrong refusal.
#include <re2/re2.h>

#include <map>
#include <memory>
#include <mutex>

#include "wire/validate.hpp"

namespace puddle::wire {

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Compiled once per pattern of the tables: they are literals, so the cache is bounded by the program.
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<RE2>, std::less<>> compiled;
  const RE2* matcher = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    auto it = compiled.find(pattern);
    if (it == compiled.end()) {
      RE2::Options options;
      options.set_log_errors(false);
      options.set_dot_nl(true);
      it = compiled
               .emplace(std::string(pattern),
                        std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options))
               .first;
    }
    matcher = it->second.get();
  }
  return !matcher->ok() || RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *matcher);
}

}  // namespace puddle::wire
