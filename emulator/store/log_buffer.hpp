// LogBuffer: SQLite writes each page of a commit to its write-ahead log in two system calls. This gathers
// them: the store writes a whole commit with one call, flush(), before anybody hears of it. It is an SQLite
// VFS over "unix-excl", which also saves the locks between processes: the directory's lock file keeps others
// out.
//
// Two connections use it: the engine's, which writes, and the checkpoint's on the pool, which reads what is
// committed; a mutex is between them. What is gathered is lost with the process, as a commit that was not
// finished is.
#pragma once
#include <memory>
#include <string>

namespace puddle {

class LogBuffer {
 public:
  LogBuffer();
  ~LogBuffer();
  LogBuffer(const LogBuffer&) = delete;
  LogBuffer& operator=(const LogBuffer&) = delete;
  /// For sqlite3_open_v2; valid as long as this object. Connections must be closed before it ends.
  const char* vfs() const;
  /// Writes what is gathered. False when the file cannot be written.
  bool flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puddle
