// Authenticator: access key -> account and principal; SigV4 parsed, verified in enforce mode where the key is
// known. Also the owner of temporary credentials (rows), hence aws::Sessions. Engine thread only.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "aws/access.hpp"
#include "aws/call.hpp"
#include "aws/error.hpp"
#include "base/http.hpp"
#include "ports/entropy.hpp"
#include "store/store.hpp"

namespace puddle {

/// What the Authorization header or the pre-signed query says.
struct Signature {
  bool present = false;
  std::string access_key, date, region, service, signed_headers, signature, session_token;
};
/// Nothing malformed is an error here: an unreadable header is `present = false`.
Signature parse_signature(const HttpRequest& request);
/// Without signed_headers and signature, which only whoever verifies needs.
Signature parse_scope(const HttpRequest& request);

class Authenticator final : public Sessions {
 public:
  Authenticator(Entropy& entropy, Store& store, PolicySource& source, std::string default_account,
                std::string default_region);
  static Migration migration();
  void load();  ///< sessions from rows

  /// Fills account, region, principal, access key and what the request says of itself. A 12-digit key id
  /// selects that account; any unknown key belongs to the default account's root. In enforce mode a known key
  /// with a wrong signature, an expired token or a missing signature is an error (InvalidClientTokenId,
  /// SignatureDoesNotMatch, ExpiredToken ...).
  std::optional<wire::Fault> authenticate(const HttpRequest& request, const Signature& signature,
                                          AuthMode mode, Time now, Call& call) const;

  Credentials assume(const PolicySource::Role& role, std::string_view session_name, Time now,
                     Duration lifetime) override;

 private:
  struct Session {
    std::string secret, token;
    Principal principal;
    Time expiration;
  };
  Entropy& entropy_;
  Store& store_;
  PolicySource& source_;
  Principal root_;  // of the default account: most calls are its
  std::string region_;
  std::map<std::string, Session, std::less<>> sessions_;
};

}  // namespace puddle
