#include "hosts/code_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

namespace puddle {
namespace {

namespace fs = std::filesystem;

bool leaves(std::string_view name) {
  return name.empty() || name.front() == '/' || name == ".." || name.starts_with("../") ||
         name.find("/../") != std::string_view::npos || name.ends_with("/..");
}

std::string write_entry(zip_t* archive, zip_uint64_t index, const std::string& file) {
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> entry(zip_fopen_index(archive, index, 0),
                                                                zip_fclose);
  if (!entry) return std::string("cannot unpack: ") + zip_strerror(archive);
  std::error_code absent;
  fs::remove(file, absent);  // of an earlier layer
  std::ofstream out(file, std::ios::binary);
  std::array<char, 65536> buffer{};
  for (;;) {
    const zip_int64_t n = zip_fread(entry.get(), buffer.data(), buffer.size());
    if (n < 0) return "cannot unpack " + file;
    if (n == 0) break;
    out.write(buffer.data(), n);
  }
  out.close();
  if (!out) return "cannot write " + file;
  // Archives made without Unix permissions, as on Windows, are readable and not executable, as on Lambda.
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  zip_file_get_external_attributes(archive, index, 0, &system, &attributes);
  const auto mode = system == ZIP_OPSYS_UNIX ? (attributes >> 16) & 0777U : 0644U;
  std::error_code ignored;
  fs::permissions(file, static_cast<fs::perms>(mode | 0400U), ignored);
  return {};
}

std::string write_all(zip_t* archive, const std::string& directory) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* raw = zip_get_name(archive, index, 0);
    const std::string name = raw ? raw : "";
    if (leaves(name)) return "the zip has an entry with an unsafe path: " + name;
    std::error_code error;
    const fs::path target = fs::path(directory) / name;
    if (name.back() == '/') {
      fs::create_directories(target, error);
      continue;
    }
    fs::create_directories(target.parent_path(), error);
    if (const std::string problem = write_entry(archive, index, target.string()); !problem.empty())
      return problem;
  }
  return {};
}

std::string write_archive(std::string_view zip, const std::string& directory) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &error);
  zip_t* opened = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!opened) {
    if (source) zip_source_free(source);
    return "cannot unpack the function's code";
  }
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(opened, zip_discard);
  return write_all(opened, directory);
}

}  // namespace

bool CodeDirectory::has(const std::string& sha256) const {
  std::error_code ignored;
  return fs::is_directory(path(sha256), ignored);
}

std::string CodeDirectory::unpack(const std::string& sha256, const std::vector<std::string>& zips) const {
  std::error_code ignored;
  fs::create_directories(root_, ignored);
  std::string temporary = root_ + "/unpacking-XXXXXX";
  if (!::mkdtemp(temporary.data())) return "cannot create a directory in " + root_;
  std::string problem;
  for (const std::string& zip : zips)
    if (problem.empty()) problem = write_archive(zip, temporary);
  fs::permissions(temporary, static_cast<fs::perms>(0755), ignored);
  std::error_code error_code;
  if (problem.empty()) fs::rename(temporary, path(sha256), error_code);
  if (error_code || !problem.empty()) fs::remove_all(temporary, ignored);
  if (error_code && !has(sha256)) problem = "cannot create " + path(sha256) + ": " + error_code.message();
  return problem;
}

std::uint64_t directory_stamp(const std::string& directory) {
  constexpr int kMaxEntries = 4096;
  std::uint64_t out = 0;
  std::error_code error;
  int count = 0;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (++count > kMaxEntries) break;
    struct stat status {};
    if (::lstat(it->path().c_str(), &status) != 0) continue;
    const std::string entry = it->path().string() + '\n' + std::to_string(status.st_size) + '\n' +
                              std::to_string(status.st_ino) + '\n' + std::to_string(status.st_mtim.tv_sec) +
                              '.' + std::to_string(status.st_mtim.tv_nsec);
    out += std::hash<std::string>{}(entry);  // the order of entries does not matter
  }
  return out;
}

}  // namespace puddle
