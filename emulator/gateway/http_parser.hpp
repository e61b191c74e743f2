// RequestParser: bytes of a connection -> HttpRequest, by Beast's push parser, straight into our structures.
// Private to the listener: include it nowhere else (it brings Beast's headers).
#pragma once
#include <boost/beast/http/basic_parser.hpp>

#include <string>
#include <string_view>

#include "base/http.hpp"

namespace puddle {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  using error_code = boost::beast::error_code;

  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes);

  HttpRequest request;
  int minor_version = 1;
  bool expects_continue = false;
  bool unknown_expectation = false;
  /// The status that an error of this parser is answered with.
  int status_of(const error_code& error) const;

 private:
  using Text = boost::beast::string_view;
  using Field = boost::beast::http::field;
  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version,
                       error_code& ec) override;
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_field_impl(Field field, Text name, Text value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
  std::size_t on_body_impl(Text body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  std::size_t max_header_, max_body_;
  std::size_t header_bytes_ = 0;
  std::string length_;  // of the Content-Length header
  std::string host_;    // of an absolute target
  bool chunked_ = false;
  bool header_over_ = false;
};

}  // namespace puddle
