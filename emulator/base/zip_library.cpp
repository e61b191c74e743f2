// libzip's functions, loaded with dlopen when the first archive is read or made: linked, it and the TLS
// library behind it would cost an idle daemon more than its own code does (docs/decisions/0031). Whoever
// includes zip.h links this in its place. Any thread.
#include <dlfcn.h>
#include <zip.h>

#include <cstring>

#include "base/check.hpp"
#include "base/log.hpp"

namespace puddle {
namespace {

void* library() {
  static void* const loaded = [] {
    void* so = nullptr;
    for (const char* name : {"libzip.so.4", "libzip.so.5"})
      if (!so) so = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!so) log(Level::error, "zip", "libzip (libzip4) is not installed: no archive can be read or made");
    return so;
  }();
  return loaded;
}

template <class F>
F* find(const char* name) {
  void* symbol = library() ? ::dlsym(library(), name) : nullptr;
  F* function = nullptr;
  std::memcpy(&function, &symbol, sizeof symbol);
  return function;
}

}  // namespace
}  // namespace puddle

// Without the library there is no source, so that whatever works on one is never reached.
#define PUDDLE_ZIP(name, result, parameters, arguments)                   \
  result name parameters {                                                \
    static auto* const function = puddle::find<result parameters>(#name); \
    PUDDLE_CHECK(function != nullptr);                                    \
    return function arguments;                                            \
  }

extern "C" {

void zip_error_init(zip_error_t* error) { std::memset(error, 0, sizeof *error); }
void zip_stat_init(zip_stat_t* stat) { std::memset(stat, 0, sizeof *stat); }
zip_source_t* zip_source_buffer_create(const void* data, zip_uint64_t size, int free_it, zip_error_t* error) {
  static auto* const function =
      puddle::find<zip_source_t*(const void*, zip_uint64_t, int, zip_error_t*)>("zip_source_buffer_create");
  return function ? function(data, size, free_it, error) : nullptr;
}

PUDDLE_ZIP(zip_open_from_source, zip_t*, (zip_source_t * s, int flags, zip_error_t* error), (s, flags, error))
PUDDLE_ZIP(zip_close, int, (zip_t * a), (a))
PUDDLE_ZIP(zip_discard, void, (zip_t * a), (a))
PUDDLE_ZIP(zip_strerror, const char*, (zip_t * a), (a))
PUDDLE_ZIP(zip_get_num_entries, zip_int64_t, (zip_t * a, zip_flags_t flags), (a, flags))
PUDDLE_ZIP(zip_get_name, const char*, (zip_t * a, zip_uint64_t index, zip_flags_t flags), (a, index, flags))
PUDDLE_ZIP(zip_stat_index, int, (zip_t * a, zip_uint64_t index, zip_flags_t flags, zip_stat_t* stat),
           (a, index, flags, stat))
PUDDLE_ZIP(zip_fopen_index, zip_file_t*, (zip_t * a, zip_uint64_t index, zip_flags_t flags),
           (a, index, flags))
PUDDLE_ZIP(zip_fread, zip_int64_t, (zip_file_t * f, void* out, zip_uint64_t size), (f, out, size))
PUDDLE_ZIP(zip_fclose, int, (zip_file_t * f), (f))
PUDDLE_ZIP(zip_file_add, zip_int64_t, (zip_t * a, const char* name, zip_source_t* s, zip_flags_t flags),
           (a, name, s, flags))
PUDDLE_ZIP(zip_file_get_external_attributes, int,
           (zip_t * a, zip_uint64_t index, zip_flags_t flags, zip_uint8_t* system, zip_uint32_t* attributes),
           (a, index, flags, system, attributes))
PUDDLE_ZIP(zip_file_set_external_attributes, int,
           (zip_t * a, zip_uint64_t index, zip_flags_t flags, zip_uint8_t system, zip_uint32_t attributes),
           (a, index, flags, system, attributes))
PUDDLE_ZIP(zip_file_set_mtime, int, (zip_t * a, zip_uint64_t index, time_t time, zip_flags_t flags),
           (a, index, time, flags))
PUDDLE_ZIP(zip_file_set_dostime, int,
           (zip_t * a, zip_uint64_t index, zip_uint16_t time, zip_uint16_t date, zip_flags_t flags),
           (a, index, time, date, flags))
PUDDLE_ZIP(zip_source_buffer, zip_source_t*, (zip_t * a, const void* data, zip_uint64_t size, int free_it),
           (a, data, size, free_it))
PUDDLE_ZIP(zip_source_keep, void, (zip_source_t * s), (s))
PUDDLE_ZIP(zip_source_free, void, (zip_source_t * s), (s))
PUDDLE_ZIP(zip_source_open, int, (zip_source_t * s), (s))
PUDDLE_ZIP(zip_source_close, int, (zip_source_t * s), (s))
PUDDLE_ZIP(zip_source_read, zip_int64_t, (zip_source_t * s, void* out, zip_uint64_t size), (s, out, size))
PUDDLE_ZIP(zip_source_seek, int, (zip_source_t * s, zip_int64_t offset, int whence), (s, offset, whence))
PUDDLE_ZIP(zip_source_tell, zip_int64_t, (zip_source_t * s), (s))
PUDDLE_ZIP(zip_source_stat, int, (zip_source_t * s, zip_stat_t* stat), (s, stat))

}  // extern "C"
