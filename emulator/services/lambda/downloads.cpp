// The zips behind GetFunction's Code.Location and GetLayerVersion's Content.Location.
#include "base/digest.hpp"
#include "base/text.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {
namespace {

constexpr std::string_view kCodePath = "/lambda-code/";
constexpr std::string_view kLayerPath = "/lambda-layers/";

/// Holds as long as the code does: an address given out while the function is Pending is still good when it
/// is Active, so the revision is no part of it. The digest of the code is known to those who may look at it.
std::string signature_of(const Function& f) {
  return sha256_hex("download " + f.config.arn + f.config.role + f.code_hex).substr(0, 32);
}
std::string signature_of(const LayerVersion& l) {
  return sha256_hex(l.created + l.code_hex + l.arn()).substr(0, 32);
}

}  // namespace

std::string code_location(const std::string& endpoint, const Function& f) {
  return endpoint + std::string(kCodePath) + f.account + "/" + f.region + "/" + f.config.name + "/" +
         url_encode(f.config.version) + "?signature=" + signature_of(f);
}

std::string layer_location(const std::string& endpoint, const LayerVersion& l) {
  return endpoint + std::string(kLayerPath) + l.account + "/" + l.region + "/" + l.name + "/" +
         std::to_string(l.version) + "?signature=" + signature_of(l);
}

bool Lambda::serve_code(const HttpRequest& request, const Respond& respond) {
  const bool code = request.path().starts_with(kCodePath), layer = request.path().starts_with(kLayerPath);
  if (request.method != "GET" || (!code && !layer)) return false;
  const auto parts = split(request.path().substr(code ? kCodePath.size() : kLayerPath.size()), '/');
  std::string sha, wanted;
  if (parts.size() == 4 && code) {
    FunctionName name{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                      url_decode(parts[3])};
    if (const auto target = find_target(name)) {
      sha = target->function->code_hex;
      wanted = signature_of(*target->function);
    }
  } else if (parts.size() == 4) {
    const auto found = records.layer(std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                                     parse_int(parts[3]).value_or(0));
    if (found) {
      sha = found->code_hex;
      wanted = signature_of(*found);
    }
  }
  HttpResponse response;
  response.status = 403;
  if (!wanted.empty() && constant_time_equal(request.query(), "signature=" + wanted)) {
    response.status = 200;
    response.headers.add("Content-Type", "application/zip");
    response.body = records.code(sha).value_or("");
  }
  respond(std::move(response));
  return true;
}

}  // namespace puddle::lambda
