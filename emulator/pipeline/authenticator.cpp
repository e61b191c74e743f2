#include "pipeline/authenticator.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "pipeline/sigv4.hpp"
#include "runtime/random.hpp"

namespace puddle {
namespace {

constexpr Duration kSkew = std::chrono::minutes(5);
constexpr std::size_t kMaxSessions = 20'000;
constexpr std::int64_t kMaxPresigned = 604'800;

constexpr std::string_view kSchema = R"sql(
CREATE TABLE authenticator_sessions (
  access_key TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  token TEXT NOT NULL,
  role_arn TEXT NOT NULL,
  role_id TEXT NOT NULL,
  session_name TEXT NOT NULL,
  expiration INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

bool is_account(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A key in the form that IAM and STS give out.
bool is_issued_key(std::string_view text) {
  return text.size() == 20 && (text.starts_with("AKIA") || text.starts_with("ASIA"));
}

/// AWS words the same refusal differently in its JSON and its Query protocol.
wire::Fault refusal(const HttpRequest& request, std::string_view json_code, std::string_view query_code,
                    std::string message) {
  wire::Fault fault;
  fault.code = json_code;
  fault.query_code = query_code;
  fault.message = std::move(message);
  fault.status = request.headers.find("x-amz-target") != nullptr ? 400 : 403;
  return fault;
}

wire::Fault invalid_token(const HttpRequest& request) {
  return refusal(request, "UnrecognizedClientException", "InvalidClientTokenId",
                 "The security token included in the request is invalid.");
}

wire::Fault mismatch(const HttpRequest& request, std::string message) {
  return refusal(request, "InvalidSignatureException", "SignatureDoesNotMatch", std::move(message));
}

/// Why the request's signature is not the one its secret gives.
std::optional<wire::Fault> verify(const HttpRequest& request, const Signature& signature,
                                  std::string_view secret, Time now) {
  const std::string date = signing_date(request);
  const auto signed_at = parse_time(date);
  if (signature.signature.empty() || signature.signed_headers.empty() || !signed_at) {
    wire::Fault fault =
        refusal(request, "IncompleteSignatureException", "IncompleteSignature",
                "Authorization header requires 'Signature' parameter. Authorization header requires "
                "'SignedHeaders' parameter. Authorization header requires existence of either a "
                "'X-Amz-Date' or a 'Date' header.");
    fault.status = 400;
    return fault;
  }
  Duration before = kSkew;
  if (request.headers.find("authorization") == nullptr && is_presigned(request)) {
    const std::string_view query = request.query();
    const std::size_t at = query.find("X-Amz-Expires=");
    const std::string_view rest = at == std::string_view::npos ? std::string_view() : query.substr(at + 14);
    const auto seconds = parse_int(rest.substr(0, rest.find('&')));
    before =
        std::chrono::seconds(std::clamp<std::int64_t>(seconds.value_or(kMaxPresigned), 0, kMaxPresigned));
  }
  if (now - before > *signed_at)
    return mismatch(request, "Signature expired: " + basic_date(*signed_at) + " is now earlier than " +
                                 basic_date(now - before) + " (" + basic_date(now) + " - 5 min.)");
  if (*signed_at - kSkew > now)
    return mismatch(request, "Signature not yet current: " + basic_date(*signed_at) +
                                 " is still later than " + basic_date(now + kSkew) + " (" + basic_date(now) +
                                 " + 5 min.)");
  if (!constant_time_equal(expected_signature(request, signature, secret), signature.signature))
    return mismatch(request,
                    "The request signature we calculated does not match the signature you provided. Check "
                    "your AWS Secret Access Key and signing method. Consult the service documentation for "
                    "details.");
  return std::nullopt;
}

}  // namespace

Authenticator::Authenticator(Entropy& entropy, Store& store, PolicySource& source,
                             std::string default_account, std::string default_region)
    : entropy_(entropy),
      store_(store),
      source_(source),
      root_(Principal::root(std::move(default_account))),
      region_(std::move(default_region)) {}

Migration Authenticator::migration() { return {"authenticator", 1, std::string(kSchema)}; }

void Authenticator::load() {
  sessions_.clear();
  for (Rows rows =
           store_.query("SELECT access_key, secret, token, role_arn, role_id, session_name, expiration "
                        "FROM authenticator_sessions");
       rows.next();) {
    Session session{rows.text(1), rows.text(2), Principal::role(rows.view(3), rows.view(5), rows.view(4)),
                    rows.time(6)};
    sessions_.emplace(rows.text(0), std::move(session));
  }
}

std::optional<wire::Fault> Authenticator::authenticate(const HttpRequest& request, const Signature& signature,
                                                       AuthMode mode, Time now, Call& call) const {
  call.now = now;
  call.region = signature.region.empty() ? region_ : signature.region;
  call.source_ip = request.peer;
  call.user_agent = request.headers.get("user-agent");
  call.trace_id = request.headers.get("x-amzn-trace-id");
  call.gone = request.gone;
  const auto as = [&call](Principal principal) {
    call.account = principal.account;
    call.principal = std::move(principal);
    return std::nullopt;
  };
  if (!signature.present) {
    if (mode != AuthMode::enforce) return as(root_);
    if (request.headers.get("authorization").starts_with("AWS4-")) {
      wire::Fault fault = refusal(request, "IncompleteSignatureException", "IncompleteSignature",
                                  "Authorization header requires 'Credential' parameter. Authorization=" +
                                      std::string(request.headers.get("authorization")));
      fault.status = 400;
      return fault;
    }
    return refusal(request, "MissingAuthenticationTokenException", "MissingAuthenticationToken",
                   "Request is missing Authentication Token");
  }
  call.access_key = signature.access_key;
  if (is_account(signature.access_key)) return as(Principal::root(signature.access_key));
  if (const auto found = sessions_.find(signature.access_key); found != sessions_.end()) {
    const Session& session = found->second;
    if (session.expiration <= now)
      return refusal(request, "ExpiredTokenException", "ExpiredToken",
                     "The security token included in the request is expired");
    if (mode == AuthMode::enforce) {
      if (!constant_time_equal(session.token, signature.session_token)) return invalid_token(request);
      if (auto fault = verify(request, signature, session.secret, now)) return fault;
    }
    return as(session.principal);
  }
  if (!is_issued_key(signature.access_key)) return as(root_);
  if (auto key = source_.access_key(signature.access_key)) {
    if (mode == AuthMode::enforce)
      if (auto fault = verify(request, signature, key->secret, now)) return fault;
    return as(std::move(key->principal));
  }
  // A key that was deleted, or whose session is long gone, must not turn into the account's root.
  if (mode == AuthMode::enforce) return invalid_token(request);
  return as(root_);
}

Credentials Authenticator::assume(const PolicySource::Role& role, std::string_view session_name, Time now,
                                  Duration lifetime) {
  Credentials out;
  out.access_key = "ASIA" + random_text(entropy_, 16, kUpperAlnum);
  out.secret_key = base64(entropy_.bytes(30));
  out.session_token = "IQoJb3JpZ2luX2Vj" + base64(entropy_.bytes(192));
  out.expiration = now + lifetime;
  Principal principal = Principal::role(role.arn, session_name, role.id);
  store_.run("DELETE FROM authenticator_sessions WHERE expiration <= ?1", {param(now)});
  store_.run("INSERT INTO authenticator_sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
             {std::string_view(out.access_key), std::string_view(out.secret_key),
              std::string_view(out.session_token), std::string_view(role.arn), std::string_view(role.id),
              session_name, param(out.expiration)});
  if (sessions_.size() >= kMaxSessions) {
    std::erase_if(sessions_, [now](const auto& entry) { return entry.second.expiration <= now; });
    if (sessions_.size() >= kMaxSessions) {
      const auto oldest =
          std::ranges::min_element(sessions_, {}, [](const auto& entry) { return entry.second.expiration; });
      store_.run("DELETE FROM authenticator_sessions WHERE access_key = ?1",
                 {std::string_view(oldest->first)});
      sessions_.erase(oldest);
    }
  }
  sessions_.insert_or_assign(
      out.access_key, Session{out.secret_key, out.session_token, std::move(principal), out.expiration});
  return out;
}

}  // namespace puddle
