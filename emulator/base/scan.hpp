// Scanning text many bytes at a time, for what every request and answer passes through. Any thread.
#pragma once
#include <cstddef>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>

#include <bit>
#endif

namespace puddle {

enum class Scan { printable, plain };

#ifdef __SSE2__
/// A bit for each of the sixteen bytes that ends a scan.
template <Scan kScan>
unsigned ends_in(__m128i bytes) {
  // Compared as signed numbers, what is not ASCII is less than a space, too.
  __m128i ends = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
  if constexpr (kScan == Scan::plain)
    ends = _mm_or_si128(ends, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                           _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return static_cast<unsigned>(_mm_movemask_epi8(ends));
}
#endif
template <Scan kScan>
bool ends_at(char c) {
  return static_cast<signed char>(c) < ' ' || (kScan == Scan::plain && (c == '"' || c == '\\'));
}

/// How many bytes from the start of the text are ASCII from space to 0x7F; plain: other than '"' and '\\',
/// too.
template <Scan kScan>
std::size_t prefix_of(std::string_view text) {
  std::size_t at = 0;
#ifdef __SSE2__
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const unsigned found = ends_in<kScan>(bytes);
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found));
  }
#endif
  while (at < text.size() && !ends_at<kScan>(text[at])) ++at;
  return at;
}

/// How many bytes copy_plain() may write.
inline constexpr std::size_t kBlock = 16;

/// Copies the plain bytes at the start of the text to `to`, where there must be room for a block: at most a
/// block, and what it returns counts.
inline std::size_t copy_plain(std::string_view text, char* to) {
#ifdef __SSE2__
  if (text.size() >= kBlock) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const unsigned found = ends_in<Scan::plain>(bytes);
    return found == 0 ? kBlock : static_cast<std::size_t>(std::countr_zero(found));
  }
#endif
  std::size_t at = 0;
  for (; at < text.size() && at < kBlock && !ends_at<Scan::plain>(text[at]); ++at) to[at] = text[at];
  return at;
}

inline std::size_t plain_prefix(std::string_view text) { return prefix_of<Scan::plain>(text); }
inline std::size_t printable_prefix(std::string_view text) { return prefix_of<Scan::printable>(text); }

}  // namespace puddle
