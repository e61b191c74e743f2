// Inside the store: its state, for store.cpp, rows.cpp and checkpoint.cpp.
#pragma once
#include <sqlite3.h>

#include <list>
#include <unordered_map>

#include "store/log_buffer.hpp"
#include "store/store.hpp"

namespace puddle {

/// SQLite's message, and the statement.
std::string describe(sqlite3* db, std::string_view sql);

/// A prepared statement of the cache; busy while a cursor is open on it.
struct Rows::Statement {
  sqlite3_stmt* handle = nullptr;
  std::string sql;
  bool busy = false;
  bool cached = true;
  bool writes = false;
};

struct Store::Impl {
  Loop& loop;
  Pool* pool;
  Options options;
  std::string path;
  std::shared_ptr<LogBuffer> log_buffer;  // null in memory; shared with a checkpoint that is under way
  sqlite3* db = nullptr;
  int lock = -1;
  bool in_turn = false;            // a transaction is open that has written
  bool reading = false;            // one is open that has read only
  bool written = false;            // rows of this turn stay whatever the next operation does
  bool turn_is_savepoint = false;  // the outermost savepoint is the turn
  bool last_next = false;          // the next write ends its operation
  bool ended = false;              // such a write was made, without a savepoint
  bool fail_next = false;
  bool broken = false;
  bool checkpointing = false;
  int log_pages = 0;     // in the log after the latest commit
  int copied_pages = 0;  // of them when the latest checkpoint began
  bool finish_log = false;
  bool watching = false;  // a timer waits for quiet
  std::string reason;
  std::uint64_t commits = 0;
  int depth = 0;   // nesting of atomically()
  int opened = 0;  // savepoints that exist in SQLite: the outermost `opened` of `depth`
  std::vector<std::function<void(bool)>> waiters;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  // Least recently used first; the map finds by text.
  std::list<Rows::Statement> statements;
  std::unordered_map<std::string_view, std::list<Rows::Statement>::iterator> by_sql;
  sqlite3_stmt *begin = nullptr, *begin_read = nullptr, *commit = nullptr, *save = nullptr,
               *release = nullptr, *rollback_to = nullptr, *rollback = nullptr;

  Impl(Loop& l, Pool* p, Options o) : loop(l), pool(p), options(std::move(o)) {}

  sqlite3_stmt* prepare(std::string_view sql, unsigned flags = SQLITE_PREPARE_PERSISTENT) const {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &handle, nullptr) !=
        SQLITE_OK)
      throw StoreError(describe(db, sql));
    return handle;
  }
  bool step_control(sqlite3_stmt* s) const {
    const int rc = sqlite3_step(s);
    sqlite3_reset(s);
    return rc == SQLITE_DONE;
  }
  Rows::Statement* acquire(std::string_view sql);
  void forget_statements();
  void settle(bool ok);
  void begin_reading();
  void end_reading();
  void end_turn();
  void break_with(std::string why);
};

}  // namespace puddle
