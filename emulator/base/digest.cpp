#include "base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace puddle {
namespace {

/// OpenSSL looks an algorithm up by name, and allocates, for each digest of its own; a digest of 200 bytes
/// costs less than that. So each algorithm is fetched once, and each thread keeps a context.
struct Context {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(context); }
};

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  thread_local const Context kept;
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  PUDDLE_CHECK(EVP_DigestInit_ex(kept.context, kind, nullptr) == 1 &&
               EVP_DigestUpdate(kept.context, bytes.data(), bytes.size()) == 1 &&
               EVP_DigestFinal_ex(kept.context, out, &size) == 1);
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace

std::string md5(std::string_view bytes) {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return digest(kind, bytes);
}
std::string md5_hex(std::string_view bytes) { return hex(md5(bytes)); }
std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }
std::string sha256(std::string_view bytes) {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return digest(kind, bytes);
}
std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out, &size);
  return std::string(reinterpret_cast<char*>(out), size);
}

std::uint32_t crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace puddle
