#include "pipeline/sigv4.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace puddle {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// "AKID/20260101/us-east-1/sqs/aws4_request"; access keys contain no slash.
bool read_scope(std::string_view text, Signature& out) {
  std::string_view parts[5];
  for (int i = 0; i < 4; ++i) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    parts[i] = text.substr(0, slash);
    text.remove_prefix(slash + 1);
  }
  if (text != "aws4_request" || parts[0].empty()) return false;
  out.access_key = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  return true;
}

enum class Parts { all, scope };

void read_header(std::string_view text, Parts parts, Signature& out) {
  if (!text.starts_with(kAlgorithm)) return;
  text.remove_prefix(kAlgorithm.size());
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = trim(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (part.starts_with("Credential="))
      out.present = read_scope(part.substr(11), out);
    else if (parts == Parts::scope)
      continue;
    else if (part.starts_with("SignedHeaders="))
      out.signed_headers = part.substr(14);
    else if (part.starts_with("Signature="))
      out.signature = part.substr(10);
  }
}

/// Value of a query parameter, decoded; the name is plain text.
std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name))
      return url_decode(pair.substr(name.size() + 1));
  }
  return {};
}

/// The path, without "." and ".." and doubled slashes, percent-encoded once more.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      kept.push_back(part);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out;
  for (const std::string_view part : kept) {
    out += '/';
    out += url_encode(part);
  }
  if (out.empty() || (path.size() > 1 && path.back() == '/')) out += '/';
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const auto parts = cut(pair, "=");
    const std::string name = url_decode(parts ? parts->first : pair);
    if (name == "X-Amz-Signature") continue;
    pairs.emplace_back(url_encode(name), url_encode(url_decode(parts ? parts->second : std::string_view())));
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += name + '=' + value;
  }
  return out;
}

/// Trimmed, inner runs of blanks collapsed.
void append_header_value(std::string& out, std::string_view value) {
  bool blank = false;
  for (const char c : trim(value)) {
    if (c == ' ' && blank) continue;
    blank = c == ' ';
    out += c;
  }
}

std::string payload_hash(const HttpRequest& request) {
  if (const std::string* sent = request.headers.find("x-amz-content-sha256")) return *sent;
  return sha256_hex(request.body);
}

Signature read_signature(const HttpRequest& request, Parts parts) {
  Signature out;
  if (const std::string* header = request.headers.find("authorization")) {
    read_header(*header, parts, out);
    if (const std::string* token = request.headers.find("x-amz-security-token")) out.session_token = *token;
    return out;
  }
  if (!is_presigned(request)) return out;
  const std::string_view query = request.query();
  out.present = read_scope(query_value(query, "X-Amz-Credential"), out);
  out.session_token = query_value(query, "X-Amz-Security-Token");
  if (parts == Parts::scope) return out;
  out.signed_headers = query_value(query, "X-Amz-SignedHeaders");
  out.signature = query_value(query, "X-Amz-Signature");
  return out;
}

}  // namespace

bool is_presigned(const HttpRequest& request) {
  return request.target.find("X-Amz-Credential=") != std::string::npos;
}

Signature parse_signature(const HttpRequest& request) { return read_signature(request, Parts::all); }
Signature parse_scope(const HttpRequest& request) { return read_signature(request, Parts::scope); }

std::string signing_date(const HttpRequest& request) {
  if (request.headers.find("authorization") == nullptr && is_presigned(request))
    return query_value(request.query(), "X-Amz-Date");
  if (const std::string* date = request.headers.find("x-amz-date")) return *date;
  return std::string(request.headers.get("date"));
}

std::string canonical_request(const HttpRequest& request, const Signature& signature) {
  std::string out =
      request.method + '\n' + canonical_path(request.path()) + '\n' + canonical_query(request.query());
  out += '\n';
  for (const std::string_view name : split(signature.signed_headers, ';')) {
    out += name;
    out += ':';
    bool first = true;
    for (const auto& [key, value] : request.headers.entries()) {
      if (!iequals(key, name)) continue;
      if (!first) out += ',';
      append_header_value(out, value);
      first = false;
    }
    out += '\n';
  }
  out += '\n' + signature.signed_headers + '\n' + payload_hash(request);
  return out;
}

std::string expected_signature(const HttpRequest& request, const Signature& signature,
                               std::string_view secret) {
  std::string date = signing_date(request);
  if (const auto time = parse_time(date); time && date.find(',') != std::string::npos)
    date = basic_date(*time);
  const std::string scope =
      signature.date + '/' + signature.region + '/' + signature.service + "/aws4_request";
  const std::string text = std::string(kAlgorithm) + '\n' + date + '\n' + scope + '\n' +
                           sha256_hex(canonical_request(request, signature));
  std::string key = hmac_sha256("AWS4" + std::string(secret), signature.date);
  key = hmac_sha256(key, signature.region);
  key = hmac_sha256(key, signature.service);
  key = hmac_sha256(key, "aws4_request");
  return hex(hmac_sha256(key, text));
}

}  // namespace puddle
