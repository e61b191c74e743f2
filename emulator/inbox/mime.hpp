// Reading of RFC 5322 messages: headers, the text part, links. For the inbox's views; pure and lenient.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puddle::inbox {

struct Message {
  std::vector<std::pair<std::string, std::string>> headers;  ///< unfolded, encoded words decoded
  std::string text;                                          ///< text/plain, or text/html without tags
  std::string_view header(std::string_view name) const;
};

Message parse_message(std::string_view raw);
/// The addr-spec of "Name <a@b>" or "a@b".
std::string address_of(std::string_view header);
/// http and https URLs in the text, at most 50.
std::vector<std::string> links_in(std::string_view text);

}  // namespace puddle::inbox
