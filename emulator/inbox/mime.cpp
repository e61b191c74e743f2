#include "inbox/mime.hpp"

#include "base/text.hpp"

namespace puddle::inbox {
namespace {

constexpr int kMaxDepth = 5;  // of nested multiparts

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string decode_quoted_printable(std::string_view text, bool header = false) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else if (text[i] == '=' && i + 1 < text.size() && (text[i + 1] == '\r' || text[i + 1] == '\n')) {
      i += text[i + 1] == '\r' && i + 2 < text.size() && text[i + 2] == '\n' ? 2 : 1;
    } else if (text[i] == '_' && header) {
      out += ' ';
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  std::string compact;
  for (const char c : text)
    if (c != '\r' && c != '\n' && c != ' ' && c != '\t') compact += c;
  return from_base64(compact).value_or(std::string(text));
}

std::string decode_words(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const std::size_t start = text.find("=?");
    if (start == std::string_view::npos) break;
    const std::size_t kind = text.find('?', start + 2);
    if (kind == std::string_view::npos || kind + 2 >= text.size() || text[kind + 2] != '?') break;
    const std::size_t end = text.find("?=", kind + 3);
    if (end == std::string_view::npos) break;
    const std::string_view before = text.substr(0, start), word = text.substr(kind + 3, end - kind - 3);
    // White space between two encoded words belongs to neither.
    if (!after_word || !trim(before).empty()) out += before;
    out += text[kind + 1] == 'B' || text[kind + 1] == 'b' ? decode_base64(word)
                                                          : decode_quoted_printable(word, true);
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return out + std::string(text);
}

struct Part {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
};

Part split_part(std::string_view raw) {
  Part out;
  while (!raw.empty()) {
    const std::size_t end = raw.find('\n');
    std::string_view line = raw.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
    if (line.empty()) break;
    if ((line[0] == ' ' || line[0] == '\t') && !out.headers.empty()) {
      out.headers.back().second += " " + std::string(trim(line));
    } else if (const auto parts = cut(line, ":")) {
      out.headers.emplace_back(std::string(parts->first), std::string(trim(parts->second)));
    }
  }
  out.body = raw;
  return out;
}

std::string_view find(const Part& part, std::string_view name) {
  for (const auto& [key, value] : part.headers)
    if (iequals(key, name)) return value;
  return {};
}

std::string parameter(std::string_view header, std::string_view name) {
  const std::string small = lower(header);
  const std::size_t at = small.find(std::string(name) + "=");
  if (at == std::string::npos) return {};
  std::string_view rest = header.substr(at + name.size() + 1);
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(trim(rest.substr(0, rest.find(';'))));
}

std::string strip_tags(std::string_view html) {
  std::string out;
  bool tag = false;
  for (const char c : html) {
    if (c == '<')
      tag = true;
    else if (c == '>')
      tag = false;
    else if (!tag)
      out += c;
  }
  return replace_all(replace_all(replace_all(out, "&lt;", "<"), "&gt;", ">"), "&amp;", "&");
}

std::string body_text(const Part& part, int depth) {
  const std::string type = lower(find(part, "content-type"));
  if (type.starts_with("multipart/") && depth < kMaxDepth) {
    const std::string boundary = "--" + parameter(find(part, "content-type"), "boundary");
    if (boundary.size() == 2) return {};
    std::string first;
    std::string_view rest = part.body;
    for (std::size_t at = rest.find(boundary); at != std::string_view::npos; at = rest.find(boundary)) {
      rest = rest.substr(at + boundary.size());
      if (rest.starts_with("--")) break;
      const Part inner = split_part(trim(rest.substr(0, rest.find("\n" + boundary))).empty()
                                        ? std::string_view{}
                                        : rest.substr(std::min(rest.find('\n') + 1, rest.size()),
                                                      rest.find("\n" + boundary) - rest.find('\n')));
      std::string text = body_text(inner, depth + 1);
      if (lower(find(inner, "content-type")).starts_with("text/plain")) return text;
      if (first.empty()) first = std::move(text);
    }
    return first;
  }
  const std::string encoding = lower(find(part, "content-transfer-encoding"));
  std::string text = encoding == "quoted-printable" ? decode_quoted_printable(part.body)
                     : encoding == "base64"         ? decode_base64(part.body)
                                                    : std::string(part.body);
  text = replace_all(std::move(text), "\r\n", "\n");
  return type.starts_with("text/html") ? strip_tags(text) : text;
}

}  // namespace

std::string_view Message::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (iequals(key, name)) return value;
  return {};
}

Message parse_message(std::string_view raw) {
  const Part part = split_part(raw);
  Message out;
  for (const auto& [name, value] : part.headers) out.headers.emplace_back(name, decode_words(value));
  out.text = body_text(part, 0);
  return out;
}

std::string address_of(std::string_view header) {
  const std::size_t open = header.rfind('<');
  if (open == std::string_view::npos) return std::string(trim(header));
  return std::string(trim(header.substr(open + 1, header.find('>', open) - open - 1)));
}

std::vector<std::string> links_in(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = text.find("http"); at != std::string_view::npos && out.size() < 50;
       at = text.find("http", at + 4)) {
    const std::string_view rest = text.substr(at);
    if (!rest.starts_with("http://") && !rest.starts_with("https://")) continue;
    out.emplace_back(rest.substr(0, rest.find_first_of(" \t\r\n<>\"'")));
  }
  return out;
}

}  // namespace puddle::inbox
