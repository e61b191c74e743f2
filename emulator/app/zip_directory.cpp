#include "app/zip_directory.hpp"

#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace puddle {
namespace {

namespace fs = std::filesystem;
constexpr std::uintmax_t kMaxBytes = 250 << 20;  // Lambda's limit on unzipped code
constexpr std::size_t kMaxFiles = 20'000;

bool skipped(const std::string& name) {
  return name == "__pycache__" || name == ".git" || name == ".DS_Store";
}

/// Files below root, sorted, so that the archive does not depend on the file system's order.
Result<std::vector<fs::path>> files_of(const fs::path& root) {
  std::vector<fs::path> files;
  std::uintmax_t total = 0;
  std::error_code error;
  auto it = fs::recursive_directory_iterator(root, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (skipped(it->path().filename().string())) {
      if (it->is_directory()) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file(error)) continue;
    total += it->file_size(error);
    files.push_back(it->path());
    if (files.size() > kMaxFiles || total > kMaxBytes)
      return Failure(root.string() + " has more than 250 MiB or 20,000 files");
  }
  if (error) return Failure("cannot read " + root.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

bool add_file(zip_t* archive, const fs::path& file, const std::string& name,
              std::vector<std::string>& contents) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return false;
  // libzip reads the buffer when the archive is closed.
  const std::string& bytes =
      contents.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  const zip_int64_t index = source ? zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
  if (index < 0) return false;
  const bool executable = (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
  const zip_uint32_t mode = executable ? 0100755u : 0100644u;
  zip_file_set_external_attributes(archive, static_cast<zip_uint64_t>(index), 0, ZIP_OPSYS_UNIX, mode << 16);
  constexpr time_t kFixedTime = 315'532'800;  // 1980-01-01, the earliest a zip can say
  zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), kFixedTime, 0);
  return true;
}

}  // namespace

Result<std::string> zip_directory(const std::string& path) {
  const fs::path root(path);
  std::error_code error;
  if (!fs::is_directory(root, error)) return Failure(path + " is no directory");
  const auto files = files_of(root);
  if (!files) return files.error();
  if (files->empty()) return Failure(path + " is empty");
  zip_error_t zip_error;
  zip_error_init(&zip_error);
  zip_source_t* out = zip_source_buffer_create(nullptr, 0, 0, &zip_error);
  zip_t* archive = out ? zip_open_from_source(out, ZIP_TRUNCATE, &zip_error) : nullptr;
  if (!archive) return Failure("cannot make a zip archive of " + path);
  zip_source_keep(out);
  std::vector<std::string> contents;
  contents.reserve(files->size());
  for (const fs::path& file : *files)
    if (!add_file(archive, file, fs::relative(file, root).generic_string(), contents)) {
      zip_discard(archive);
      zip_source_free(out);
      return Failure("cannot read " + file.string());
    }
  std::string bytes;
  bool good = zip_close(archive) == 0 && zip_source_open(out) == 0;
  if (good) {
    zip_source_seek(out, 0, SEEK_END);
    bytes.resize(static_cast<std::size_t>(zip_source_tell(out)));
    zip_source_seek(out, 0, SEEK_SET);
    good = zip_source_read(out, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size());
    zip_source_close(out);
  }
  zip_source_free(out);
  if (!good) return Failure("cannot make a zip archive of " + path);
  return bytes;
}

}  // namespace puddle
