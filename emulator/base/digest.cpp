#include "base/digest.hpp"

// The algorithms themselves, without OpenSSL's providers: a digest of 200 bytes costs less than finding out
// who computes it, and an idle daemon would keep the whole of the library for two functions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <array>

#include "base/check.hpp"
#include "base/text.hpp"

namespace puddle {
namespace {

template <class Context, std::size_t kSize, auto kInit, auto kUpdate, auto kFinal>
std::string digest(std::initializer_list<std::string_view> parts) {
  Context context;
  std::array<unsigned char, kSize> out{};
  bool good = kInit(&context) == 1;
  for (const std::string_view part : parts) good = good && kUpdate(&context, part.data(), part.size()) == 1;
  PUDDLE_CHECK(good && kFinal(out.data(), &context) == 1);
  return std::string(reinterpret_cast<const char*>(out.data()), out.size());
}

constexpr auto sha256_of = digest<SHA256_CTX, SHA256_DIGEST_LENGTH, SHA256_Init, SHA256_Update, SHA256_Final>;

}  // namespace

std::string md5(std::string_view bytes) {
  return digest<MD5_CTX, MD5_DIGEST_LENGTH, MD5_Init, MD5_Update, MD5_Final>({bytes});
}
std::string md5_hex(std::string_view bytes) { return hex(md5(bytes)); }
std::string sha1(std::string_view bytes) {
  return digest<SHA_CTX, SHA_DIGEST_LENGTH, SHA1_Init, SHA1_Update, SHA1_Final>({bytes});
}
std::string sha256(std::string_view bytes) { return sha256_of({bytes}); }
std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

// RFC 2104.
std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string inner = key.size() > SHA256_CBLOCK ? sha256(key) : std::string(key);
  inner.resize(SHA256_CBLOCK);
  std::string outer = inner;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  const std::string hashed = sha256_of({inner, bytes});
  return sha256_of({outer, hashed});
}

std::uint32_t crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace puddle
