// Pages of a list: a hundred items; a token is an offset.
#pragma once
#include <optional>
#include <string>

#include "base/text.hpp"
#include "services/sns/errors.hpp"
#include "services/sns/limits.hpp"

namespace puddle::sns {

/// Calls each for the items of the page; the token of the next one.
template <class List, class F>
std::optional<std::string> each_of_page(const List& items, const std::optional<std::string>& token,
                                        F&& each) {
  const auto from = token ? parse_int(*token) : std::optional<std::int64_t>(0);
  if (!from || *from < 0) throw invalid("NextToken");
  auto i = static_cast<std::size_t>(*from);
  const std::size_t end = i + kPageSize;
  for (; i < items.size() && i < end; ++i) each(items[i]);
  return i < items.size() ? std::optional(std::to_string(i)) : std::nullopt;
}

}  // namespace puddle::sns
