#include "gateway/http_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace puddle {

namespace http = boost::beast::http;

namespace {

/// A declared length reserves no more than this before the bytes have come.
constexpr std::uint64_t kReserve = 1 << 20;
constexpr std::size_t kMaxHeaders = 1000;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RequestParser::RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : max_header_(max_header_bytes), max_body_(max_body_bytes) {
  constexpr std::size_t kMost = UINT32_MAX / 2;
  header_limit(static_cast<std::uint32_t>(std::min(max_header_bytes, kMost)));
  body_limit(max_body_bytes);
  eager(true);
}

int RequestParser::status_of(const error_code& error) const {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit) return request.method.empty() ? 414 : 431;
  return 400;
}

void RequestParser::on_request_impl(http::verb, Text method, Text target, int version, error_code&) {
  request.method.assign(method.data(), method.size());
  minor_version = version - 10;
  std::string_view path = view(target);
  // A client that believes it talks to a proxy sends the whole URL.
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (!path.starts_with(scheme)) continue;
    path.remove_prefix(scheme.size());
    const std::size_t end = std::min(path.find_first_of("/?"), path.size());
    host_ = path.substr(0, end);
    path.remove_prefix(end);
    break;
  }
  if (path.empty() || path.front() == '?') request.target = "/";
  request.target += path;
}

void RequestParser::on_field_impl(Field field, Text name, Text value, error_code& ec) {
  if (header_over_) return;  // trailers of a chunked body: nothing here may change what was decided
  const std::string_view text = view(value);
  if (field == Field::content_length) {
    const auto lengths = split(text, ',');
    if (lengths.size() > 1 || (!length_.empty() && length_ != text)) ec = http::error::bad_content_length;
    length_ = text;
  } else if (field == Field::transfer_encoding) {
    // Only the plain form: what two programs could read differently is refused.
    if (chunked_ || !iequals(trim(text), "chunked")) ec = http::error::bad_transfer_encoding;
    chunked_ = true;
  } else if (field == Field::expect) {
    (iequals(text, "100-continue") ? expects_continue : unknown_expectation) = true;
  }
  if (chunked_ && !length_.empty()) ec = http::error::bad_transfer_encoding;
  // Beast's own limit is for one piece of a header, not for the sum of pieces that trickle in.
  header_bytes_ += text.size() + name.size() + 4;
  if (header_bytes_ > max_header_ || request.headers.entries().size() >= kMaxHeaders)
    ec = http::error::header_limit;
  if (!ec) request.headers.add(std::string(view(name)), std::string(text));
}

void RequestParser::on_header_impl(error_code& ec) {
  header_over_ = true;
  if (chunked_ && minor_version == 0) ec = http::error::bad_transfer_encoding;
  if (!host_.empty()) request.headers.set("Host", host_);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) {
  if (!length) return;
  if (*length > max_body_)
    ec = http::error::body_limit;
  else
    request.body.reserve(static_cast<std::size_t>(std::min(*length, kReserve)));
}

std::size_t RequestParser::on_body_impl(Text body, error_code& ec) {
  if (request.body.size() + body.size() > max_body_) {
    ec = http::error::body_limit;
    return 0;
  }
  request.body.append(body.data(), body.size());
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, error_code& ec) {
  return on_body_impl(body, ec);
}

}  // namespace puddle
