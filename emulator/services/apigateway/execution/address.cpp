#include "services/apigateway/execution/address.hpp"

#include "base/text.hpp"

namespace puddle::apigateway {
namespace {

/// Takes "/segment" off the front.
std::string_view take_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

}  // namespace

std::optional<Address> parse_address(const HttpRequest& request) {
  Address out;
  std::string_view path = request.path();
  out.domain = std::string(request.headers.get("host", "localhost"));
  constexpr std::string_view kAws = "/_aws/execute-api/", kOld = "/restapis/";
  const std::size_t mark = out.domain.find(".execute-api.");
  if (path.starts_with(kAws)) {
    path.remove_prefix(kAws.size() - 1);
    out.api = take_segment(path);
    out.stage = take_segment(path);
  } else if (path.starts_with(kOld)) {
    path.remove_prefix(kOld.size() - 1);
    out.api = take_segment(path);
    out.stage = take_segment(path);
    if (take_segment(path) != "_user_request_") return std::nullopt;
  } else if (mark != std::string::npos && mark > 0) {
    out.api = out.domain.substr(0, mark);
    out.stage = take_segment(path);
  } else {
    return std::nullopt;
  }
  out.domain_prefix = out.domain.substr(0, out.domain.find('.'));
  out.path = path.empty() ? "/" : std::string(path);
  return out;
}

}  // namespace puddle::apigateway
