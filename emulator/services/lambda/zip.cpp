#include "services/lambda/zip.hpp"

#include <zip.h>

#include <cstring>
#include <memory>

#include "services/lambda/limits.hpp"

namespace puddle::lambda {
namespace {

constexpr const char* kBroken =
    "Could not unzip uploaded file. Please check your file, then try to upload again.";

bool safe(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos) return false;
  std::size_t from = 0;
  while (from <= name.size()) {
    const std::size_t to = std::min(name.find('/', from), name.size());
    if (name.substr(from, to - from) == "..") return false;
    from = to + 1;
  }
  return true;
}

}  // namespace

std::string check_zip(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return kBroken;
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    return kBroken;
  }
  const std::unique_ptr<zip_t, void (*)(zip_t*)> closer(archive, zip_discard);
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count <= 0) return "Uploaded file must be a non-empty zip";
  if (static_cast<std::size_t>(count) > kMaxZipEntries) return "The zip has too many entries.";
  std::uint64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat) != 0 ||
        (stat.valid & ZIP_STAT_SIZE) == 0)
      return kBroken;
    if (!safe(stat.name)) return "The zip has an entry with an unsafe path: " + std::string(stat.name);
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive, static_cast<zip_uint64_t>(i), 0, &system, &attributes);
    if (system == ZIP_OPSYS_UNIX && ((attributes >> 16) & 0170000) == 0120000)
      return "The zip has a symbolic link, which is not supported: " + std::string(stat.name);
    if (stat.size > kMaxUnzippedBytes || (total += stat.size) > kMaxUnzippedBytes)
      return "Unzipped size must be smaller than " + std::to_string(kMaxUnzippedBytes) + " bytes";
  }
  return {};
}

std::string make_zip(const std::vector<std::pair<std::string, std::string>>& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) return {};
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(target);
    return {};
  }
  for (const auto& [name, content] : files) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) continue;
    // The same text gives the same archive: no modification time of now.
    zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), 0, 0x21, 0);
    zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX,
                                     0100644U << 16);
  }
  std::string out;
  if (zip_close(archive) == 0) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_source_stat(target, &stat) == 0 && zip_source_open(target) == 0) {
      out.resize(stat.size);
      const zip_int64_t got = zip_source_read(target, out.data(), out.size());
      out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
      zip_source_close(target);
    }
  } else {
    zip_discard(archive);
  }
  zip_source_free(target);
  return out;
}

}  // namespace puddle::lambda
