// Digests over bytes, by OpenSSL (quarantined in digest.cpp) and zlib's CRC.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace puddle {

std::string md5(std::string_view bytes);                                ///< 16 raw bytes
std::string md5_hex(std::string_view bytes);                            ///< 32 hex digits
std::string sha1(std::string_view bytes);                               ///< 20 raw bytes
std::string sha256(std::string_view bytes);                             ///< 32 raw bytes
std::string sha256_hex(std::string_view bytes);                         ///< 64 hex digits
std::string hmac_sha256(std::string_view key, std::string_view bytes);  ///< 32 raw bytes
std::uint32_t crc32(std::string_view bytes);                            ///< IEEE, as x-amz-crc32
/// Equal, in time that does not depend on the content.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace puddle
