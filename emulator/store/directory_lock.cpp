#include "store/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/log.hpp"
#include "store/store.hpp"

namespace puddle {

// The lock is the open file's, so that it ends with the process, however it ends.
int lock_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw StoreOpenError("cannot create the data directory " + directory + ": " + error.message());
  const std::string path = directory + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    throw StoreOpenError("cannot open " + path + ": " +
                         std::error_code(errno, std::generic_category()).message());
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const auto n = ::pread(fd, owner, sizeof owner - 1, 0);
    ::close(fd);
    throw StoreOpenError("the data directory " + directory + " is in use by another puddle" +
                         (n > 0 ? " (process " + std::string(owner) + ")" : std::string()));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0)
    log(Level::warn, "store", "cannot write the process id into " + path);
  return fd;
}

}  // namespace puddle
