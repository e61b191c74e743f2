// CodeDirectory: unpacked function code, one directory per digest below the scratch directory. Pool threads
// may unpack; two unpacking the same code do no harm, because a directory gets its name only when it is
// complete.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace puddle {

class CodeDirectory {
 public:
  explicit CodeDirectory(std::string root) : root_(std::move(root)) {}
  std::string path(const std::string& sha256) const { return root_ + "/" + sha256; }
  bool has(const std::string& sha256) const;
  /// Any thread. The problem, or empty. The archive has been checked when the function was created; paths
  /// that leave the directory are refused here all the same.
  /// Several archives are merged, later ones on top: layers.
  std::string unpack(const std::string& sha256, const std::vector<std::string>& zips) const;

 private:
  std::string root_;
};

/// Of the paths, sizes and times of the first 4,096 entries below a directory, so that it changes when they
/// do.
std::uint64_t directory_stamp(const std::string& directory);

}  // namespace puddle
