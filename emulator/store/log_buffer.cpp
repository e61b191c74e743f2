#include "store/log_buffer.hpp"

#include <sqlite3.h>

#include <cstring>
#include <mutex>
#include <new>

#include "base/check.hpp"

namespace puddle {
namespace {

/// Gathered; a bigger commit is written in pieces. SQLite's files take no more than 0x1ffff bytes at once.
constexpr std::size_t kMost = 0x1ffff;

}  // namespace

struct LogBuffer::Impl {
  /// An open log. SQLite gives the memory: ours first, the real file behind it.
  struct File {
    sqlite3_file base;
    Impl* owner;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  sqlite3_vfs* const below = sqlite3_vfs_find("unix-excl");
  sqlite3_vfs vfs{};
  sqlite3_io_methods methods{};
  std::string name;
  std::mutex mutex;
  // All below is guarded by the mutex.
  std::string gathered;
  sqlite3_int64 offset = 0;  // in the log, of what is gathered
  File* writer = nullptr;    // that it is for

  Impl();
  int write_gathered();
  int write(File& file, const void* data, int size, sqlite3_int64 at);
  int read(File& file, void* data, int size, sqlite3_int64 at);
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

  /// What needs the file as it is: first what is gathered, then the real file's own.
  template <class F>
  static int settled(sqlite3_file* file, F call) {
    File& f = of(file);
    const std::lock_guard<std::mutex> lock(f.owner->mutex);
    const int rc = f.owner->write_gathered();
    return rc == SQLITE_OK ? call(f.real()) : rc;
  }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out);
};

int LogBuffer::Impl::write_gathered() {
  if (gathered.empty()) return SQLITE_OK;
  const int rc = writer->real()->pMethods->xWrite(writer->real(), gathered.data(),
                                                  static_cast<int>(gathered.size()), offset);
  gathered.clear();  // its room stays: every turn needs it, and it is bounded
  return rc;
}

int LogBuffer::Impl::write(File& file, const void* data, int size, sqlite3_int64 at) {
  const std::lock_guard<std::mutex> lock(mutex);
  const bool follows = &file == writer && at == offset + static_cast<sqlite3_int64>(gathered.size());
  if (!follows || gathered.size() + static_cast<std::size_t>(size) > kMost)
    if (const int rc = write_gathered(); rc != SQLITE_OK) return rc;
  if (gathered.empty()) {
    writer = &file;
    offset = at;
  }
  gathered.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int LogBuffer::Impl::read(File& file, void* data, int size, sqlite3_int64 at) {
  const std::lock_guard<std::mutex> lock(mutex);
  const auto end = offset + static_cast<sqlite3_int64>(gathered.size());
  if (!gathered.empty() && at + size > offset && at < end)
    if (const int rc = write_gathered(); rc != SQLITE_OK) return rc;
  return file.real()->pMethods->xRead(file.real(), data, size, at);
}

int LogBuffer::Impl::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
  Impl& self = *static_cast<Impl*>(vfs->pAppData);
  // Everything but the log is the real file itself.
  if ((flags & SQLITE_OPEN_WAL) == 0) return self.below->xOpen(self.below, path, file, flags, out);
  File* const made = new (file) File{{nullptr}, &self};
  std::memset(made->real(), 0, static_cast<std::size_t>(self.below->szOsFile));
  const int rc = self.below->xOpen(self.below, path, made->real(), flags, out);
  if (made->real()->pMethods != nullptr) made->base.pMethods = &self.methods;
  return rc;
}

LogBuffer::Impl::Impl() {
  PUDDLE_CHECK(below != nullptr);
  name = "puddle-log-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  vfs = *below;
  vfs.szOsFile += static_cast<int>(sizeof(File));
  vfs.zName = name.c_str();
  vfs.pAppData = this;
  vfs.pNext = nullptr;
  vfs.xOpen = open;

  methods.iVersion = 1;
  methods.xClose = [](sqlite3_file* f) {
    return settled(f, [&](sqlite3_file* real) {
      if (of(f).owner->writer == &of(f)) of(f).owner->writer = nullptr;
      return real->pMethods->xClose(real);
    });
  };
  methods.xRead = [](sqlite3_file* f, void* data, int n, sqlite3_int64 at) {
    return of(f).owner->read(of(f), data, n, at);
  };
  methods.xWrite = [](sqlite3_file* f, const void* data, int n, sqlite3_int64 at) {
    return of(f).owner->write(of(f), data, n, at);
  };
  methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
    return settled(f, [&](sqlite3_file* real) { return real->pMethods->xTruncate(real, size); });
  };
  methods.xSync = [](sqlite3_file* f, int flags) {
    return settled(f, [&](sqlite3_file* real) { return real->pMethods->xSync(real, flags); });
  };
  methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
    return settled(f, [&](sqlite3_file* real) { return real->pMethods->xFileSize(real, size); });
  };
  methods.xLock = [](sqlite3_file* f, int level) {
    return of(f).real()->pMethods->xLock(of(f).real(), level);
  };
  methods.xUnlock = [](sqlite3_file* f, int level) {
    return of(f).real()->pMethods->xUnlock(of(f).real(), level);
  };
  methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
    return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out);
  };
  methods.xFileControl = [](sqlite3_file* f, int op, void* argument) {
    return of(f).real()->pMethods->xFileControl(of(f).real(), op, argument);
  };
  methods.xSectorSize = [](sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); };
  methods.xDeviceCharacteristics = [](sqlite3_file* f) {
    return of(f).real()->pMethods->xDeviceCharacteristics(of(f).real());
  };
  PUDDLE_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

LogBuffer::LogBuffer() : impl_(std::make_unique<Impl>()) {}
LogBuffer::~LogBuffer() { sqlite3_vfs_unregister(&impl_->vfs); }
const char* LogBuffer::vfs() const { return impl_->vfs.zName; }

bool LogBuffer::flush() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->write_gathered() == SQLITE_OK;
}

}  // namespace puddle
