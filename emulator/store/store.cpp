#include "store/store.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <unordered_map>

#include "base/check.hpp"
#include "base/log.hpp"
#include "store/directory_lock.hpp"
#include "store/log_buffer.hpp"

namespace puddle {
namespace {

constexpr int kCheckpointPages = 4000;
constexpr int kMostLogPages = 4 * kCheckpointPages;
constexpr int kCheckpointPasses = 3;
// After so long without a commit the log is moved into the database, however short it is: as long as there is
// a log, every page that is read is looked for in it.
constexpr Duration kQuiet = std::chrono::milliseconds(250);
constexpr std::size_t kStatementCache = 512;
// Taken as it is needed. Tables without rowids hold whole rows in the upper levels of their trees too, so
// those of a big table take more than a few megabytes.
constexpr int kCacheKiB = 8'000;
// Read from the page cache itself, without a system call and a copy for each page.
constexpr int kMappedBytes = 1 << 30;

/// Before SQLite does anything: its statistics of memory, which nobody reads, take a lock for each
/// allocation.
void configure_sqlite() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  PUDDLE_CHECK(done == SQLITE_OK);
}

std::string describe(sqlite3* db, std::string_view sql) {
  return std::string(sqlite3_errmsg(db)) + " in: " + std::string(sql.substr(0, 300));
}

}  // namespace

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

Rows::Statement* Store::Impl::acquire(std::string_view sql) {
  if (const auto it = by_sql.find(sql); it != by_sql.end() && !it->second->busy) {
    statements.splice(statements.end(), statements, it->second);
    return &*it->second;
  }
  if (by_sql.contains(sql)) {  // a second cursor on the same text: prepared for this use only
    auto* extra = new Rows::Statement;
    extra->handle = prepare(sql, 0);
    extra->sql = std::string(sql);
    extra->cached = false;
    extra->writes = !sqlite3_stmt_readonly(extra->handle);
    return extra;
  }
  for (auto it = statements.begin(); statements.size() >= kStatementCache && it != statements.end();) {
    if (it->busy) {
      ++it;
      continue;
    }
    by_sql.erase(it->sql);
    sqlite3_finalize(it->handle);
    it = statements.erase(it);
  }
  sqlite3_stmt* handle = prepare(sql);
  Rows::Statement& made = statements.emplace_back();
  made.handle = handle;
  made.sql = std::string(sql);
  made.writes = !sqlite3_stmt_readonly(handle);
  by_sql.emplace(made.sql, std::prev(statements.end()));
  return &made;
}

void Store::Impl::forget_statements() {
  for (auto& s : statements) sqlite3_finalize(s.handle);
  statements.clear();
  by_sql.clear();
}

void Store::Impl::break_with(std::string why) {
  if (!broken) log(Level::error, "store", "broken: " + why);
  broken = true;
  reason = std::move(why);
}

void Store::Impl::settle(bool ok) {
  const auto ready = std::exchange(waiters, {});
  for (const auto& fn : ready) fn(ok);
}

/// The reads of a turn share a transaction: opening and closing one costs as much as looking up a row.
void Store::Impl::begin_reading() {
  if (!step_control(begin_read)) throw StoreError(describe(db, "BEGIN"));
  reading = true;
  loop.post([this, still = alive] {
    if (*still) end_reading();
  });
}

void Store::Impl::end_reading() {
  if (std::exchange(reading, false)) step_control(commit);
}

void Store::Impl::end_turn() {
  if (!in_turn) return;
  PUDDLE_CHECK(depth == 0);
  in_turn = false;
  ++commits;
  if (std::exchange(fail_next, false) || !step_control(commit)) {
    break_with(std::string("COMMIT failed: ") + sqlite3_errmsg(db));
    sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr);
  } else if (log_buffer && !log_buffer->flush()) {
    break_with("the log cannot be written");
  }
  settle(!broken);
}

Rows::Rows(Rows&& other) noexcept
    : store_(other.store_), statement_(std::exchange(other.statement_, nullptr)) {}

Rows::~Rows() {
  if (!statement_) return;
  if (!statement_->cached) {
    sqlite3_finalize(statement_->handle);
    delete statement_;
    return;
  }
  sqlite3_reset(statement_->handle);
  sqlite3_clear_bindings(statement_->handle);
  statement_->busy = false;
}

bool Rows::next() {
  const int rc = sqlite3_step(statement_->handle);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  throw StoreError(describe(sqlite3_db_handle(statement_->handle), statement_->sql));
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_->handle, column) == SQLITE_NULL;
}
std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_->handle, column); }
double Rows::real(int column) const { return sqlite3_column_double(statement_->handle, column); }
std::string Rows::text(int column) const { return std::string(view(column)); }
std::string_view Rows::view(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_->handle, column));
  const int size = sqlite3_column_bytes(statement_->handle, column);
  return data ? std::string_view(data, static_cast<std::size_t>(size)) : std::string_view{};
}

namespace {

void bind(sqlite3_stmt* s, std::initializer_list<Param> params) {
  int at = 0;
  for (const Param& p : params) {
    ++at;
    switch (p.index()) {
      case 0:
        sqlite3_bind_null(s, at);
        break;
      case 1:
        sqlite3_bind_int64(s, at, std::get<1>(p));
        break;
      case 2:
        sqlite3_bind_double(s, at, std::get<2>(p));
        break;
      case 3: {
        const std::string_view v = std::get<3>(p);
        sqlite3_bind_text64(s, at, v.data() ? v.data() : "", v.size(), SQLITE_STATIC, SQLITE_UTF8);
        break;
      }
      default: {
        const std::string_view v = std::get<4>(p).data;
        sqlite3_bind_blob64(s, at, v.data() ? v.data() : "", v.size(), SQLITE_STATIC);
      }
    }
  }
}

}  // namespace

Store::Store(Loop& loop, Pool* pool, Options options)
    : impl_(std::make_unique<Impl>(loop, pool, std::move(options))) {
  configure_sqlite();
  Impl& s = *impl_;
  const bool in_memory = s.options.directory.empty();
  if (!in_memory) s.lock = lock_directory(s.options.directory);
  s.path = in_memory ? ":memory:" : s.options.directory + "/puddle.db";
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (!in_memory) s.log_buffer = std::make_shared<LogBuffer>();
  if (sqlite3_open_v2(s.path.c_str(), &s.db, flags, in_memory ? nullptr : s.log_buffer->vfs()) != SQLITE_OK)
    throw StoreOpenError("cannot open " + s.path + ": " + sqlite3_errmsg(s.db));
  const char* synchronous = s.options.durability == Durability::disk      ? "FULL"
                            : s.options.durability == Durability::process ? "NORMAL"
                                                                          : "OFF";
  const std::string setup = std::string(in_memory ? "PRAGMA journal_mode=MEMORY;"
                                                  : "PRAGMA journal_mode=WAL;PRAGMA wal_autocheckpoint=0;") +
                            "PRAGMA synchronous=" + synchronous +
                            ";PRAGMA temp_store=MEMORY;PRAGMA cache_size=" + std::to_string(-kCacheKiB) +
                            ";PRAGMA mmap_size=" + std::to_string(kMappedBytes) +
                            ";PRAGMA foreign_keys=OFF;"
                            "CREATE TABLE IF NOT EXISTS schema_version(module TEXT PRIMARY KEY, version "
                            "INTEGER NOT NULL) WITHOUT ROWID;";
  char* error = nullptr;
  if (sqlite3_exec(s.db, setup.c_str(), nullptr, nullptr, &error) != SQLITE_OK) {
    const std::string why = error ? error : "unknown";
    sqlite3_free(error);
    sqlite3_close_v2(s.db);
    throw StoreOpenError(s.path + " is not a Puddle database: " + why);
  }
  const auto count_pages = [](void* impl, sqlite3*, const char*, int pages) {
    static_cast<Impl*>(impl)->log_pages = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(s.db, count_pages, impl_.get());
  s.begin = s.prepare("BEGIN IMMEDIATE");
  s.begin_read = s.prepare("BEGIN");
  s.commit = s.prepare("COMMIT");
  s.save = s.prepare("SAVEPOINT step");
  s.release = s.prepare("RELEASE step");
  s.rollback_to = s.prepare("ROLLBACK TO step");
  s.rollback = s.prepare("ROLLBACK");
}

Store::~Store() {
  Impl& s = *impl_;
  *s.alive = false;
  if (s.db) {
    if (s.in_turn && !s.broken) s.step_control(s.commit);
    s.forget_statements();
    for (sqlite3_stmt* h : {s.begin, s.begin_read, s.commit, s.save, s.release, s.rollback_to, s.rollback})
      sqlite3_finalize(h);
    sqlite3_close_v2(s.db);
  }
  if (s.lock >= 0) ::close(s.lock);
}

void Store::migrate(const std::vector<Migration>& migrations) {
  for (const Migration& m : migrations) {
    int have = 0;
    {
      Rows rows = query("SELECT version FROM schema_version WHERE module=?1", {std::string_view(m.module)});
      if (rows.next()) have = static_cast<int>(rows.integer(0));
    }
    int newest = 0;
    for (const Migration& other : migrations)
      if (other.module == m.module) newest = std::max(newest, other.version);
    if (have > newest)
      throw StoreOpenError(impl_->path + " was written by a newer puddle (" + m.module + " version " +
                           std::to_string(have) + ", this one knows " + std::to_string(newest) + ")");
    if (m.version <= have) continue;
    PUDDLE_CHECK(m.version == have + 1);
    atomically([&] {
      script(m.sql);
      run("INSERT INTO schema_version VALUES(?1, ?2) ON CONFLICT(module) DO UPDATE SET version=?2",
          {std::string_view(m.module), std::int64_t{m.version}});
    });
  }
  commit_now();
}

Rows Store::query(std::string_view sql, std::initializer_list<Param> params) {
  Rows::Statement* statement = impl_->acquire(sql);
  if (statement->writes)
    before_write();
  else if (!impl_->in_turn && !impl_->reading)
    impl_->begin_reading();
  statement->busy = true;
  bind(statement->handle, params);
  return Rows(this, statement);
}

std::int64_t Store::run(std::string_view sql, std::initializer_list<Param> params) {
  Rows rows = query(sql, params);
  try {
    while (rows.next()) {
    }
  } catch (const StoreError&) {
    impl_->ended = false;  // a statement that failed has changed nothing
    throw;
  }
  return sqlite3_changes64(impl_->db);
}

void Store::script(std::string_view sql) {
  before_write();
  char* error = nullptr;
  if (sqlite3_exec(impl_->db, std::string(sql).c_str(), nullptr, nullptr, &error) != SQLITE_OK) {
    const std::string why = error ? error : "unknown";
    sqlite3_free(error);
    throw StoreError(why + " in script: " + std::string(sql.substr(0, 200)));
  }
}

std::int64_t Store::last_insert_id() const { return sqlite3_last_insert_rowid(impl_->db); }

void Store::last_write() { impl_->last_next = true; }

void Store::before_write() {
  Impl& s = *impl_;
  if (s.broken) throw StoreBroken(s.reason);
  PUDDLE_CHECK(!s.ended);
  if (!s.in_turn) {
    // What has been read is part of the turn then.
    if (!std::exchange(s.reading, false) && !s.step_control(s.begin))
      throw StoreError(describe(s.db, "BEGIN"));
    s.in_turn = true;
    s.written = false;
    s.loop.post([this, alive = s.alive] {
      if (!*alive) return;
      impl_->end_turn();
      if (impl_->options.directory.empty()) return;
      checkpoint();
      watch_for_quiet();
    });
  }
  s.ended = std::exchange(s.last_next, false) && s.depth > 0 && s.opened == 0;
  if (s.ended) {
    s.written = true;
    return;
  }
  for (; s.opened < s.depth; ++s.opened) {
    // Until an operation of this turn has written, the turn itself is the savepoint of the first.
    if (s.opened == 0 && !s.written)
      s.turn_is_savepoint = true;
    else if (!s.step_control(s.save))
      throw StoreError(describe(s.db, "SAVEPOINT"));
  }
  if (s.depth == 0) s.written = true;
}

Store::Savepoint::Savepoint(Store& store) : store_(store), depth_(++store.impl_->depth) {
  store.impl_->last_next = false;
}

void Store::Savepoint::release() {
  Impl& s = *store_.impl_;
  PUDDLE_CHECK(s.depth == depth_);
  released_ = true;
  --s.depth;
  if (s.depth == 0) s.ended = false;
  if (s.opened < depth_) return;
  --s.opened;
  if (s.opened == 0 && std::exchange(s.turn_is_savepoint, false)) {
    s.written = true;
    return;
  }
  if (!s.step_control(s.release)) throw StoreError(describe(s.db, "RELEASE"));
}

Store::Savepoint::~Savepoint() {
  if (released_) return;
  Impl& s = *store_.impl_;
  --s.depth;
  if (std::exchange(s.ended, false)) s.break_with("an operation failed behind its last write");
  if (s.opened < depth_) return;
  --s.opened;
  const bool whole = s.opened == 0 && std::exchange(s.turn_is_savepoint, false);
  const bool undone = whole ? s.step_control(s.rollback) && s.step_control(s.begin)
                            : s.step_control(s.rollback_to) && s.step_control(s.release);
  // A failed rollback would leave half an operation behind: nothing may be committed any more.
  if (!undone) s.break_with("ROLLBACK failed");
}

void Store::when_committed(std::function<void(bool)> fn) {
  Impl& s = *impl_;
  if (s.broken) return fn(false);
  if (!s.in_turn) return fn(true);
  s.waiters.push_back(std::move(fn));
}

bool Store::settled() const { return !impl_->in_turn && !impl_->broken; }
bool Store::broken() const { return impl_->broken; }
const std::string& Store::broken_reason() const { return impl_->reason; }
void Store::commit_now() { impl_->end_turn(); }
void Store::fail_next_commit() { impl_->fail_next = true; }
std::uint64_t Store::commits() const { return impl_->commits; }
const std::string& Store::directory() const { return impl_->options.directory; }

void Store::checkpoint() {
  Impl& s = *impl_;
  s.end_reading();
  // Under steady load something was always written meanwhile, and the log would grow for ever: now and then
  // the little that is left is copied here, so that the next turn starts the log anew.
  if (std::exchange(s.finish_log, false))
    sqlite3_wal_checkpoint_v2(s.db, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (s.log_pages < s.copied_pages) s.copied_pages = 0;
  if (s.checkpointing || s.log_pages - s.copied_pages < kCheckpointPages) return;
  move_log();
}

void Store::watch_for_quiet() {
  Impl& s = *impl_;
  if (!s.pool || std::exchange(s.watching, true)) return;
  s.loop.at(s.loop.now() + kQuiet, [this, alive = s.alive, commits = s.commits] {
    if (!*alive) return;
    impl_->watching = false;
    if (commits != impl_->commits) return watch_for_quiet();
    if (!impl_->checkpointing && impl_->log_pages > impl_->copied_pages) move_log();
  });
}

void Store::move_log() {
  Impl& s = *impl_;
  s.copied_pages = s.log_pages;
  const auto work = [path = s.path, log = s.log_buffer] {
    // A connection of its own, so that the engine thread never waits for the copying.
    sqlite3* db = nullptr;
    if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, log->vfs()) == SQLITE_OK) {
      // A connection that has read nothing does not know that there is a log.
      sqlite3_exec(db, "PRAGMA schema_version", nullptr, nullptr, nullptr);
      // What is written meanwhile is copied by the next pass, which is shorter: little is left to finish.
      for (int pass = 0, all = 1, copied = 0; pass < kCheckpointPasses && copied < all; ++pass)
        sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_PASSIVE, &all, &copied);
    }
    sqlite3_close_v2(db);
  };
  if (!s.pool) return work();
  s.checkpointing = true;
  s.pool->run(work, [this, alive = s.alive] {
    if (!*alive) return;
    impl_->checkpointing = false;
    impl_->finish_log = impl_->log_pages > kMostLogPages;
  });
}

void Store::wipe() {
  std::vector<std::string> tables;
  for (Rows rows = query("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%' AND "
                         "name<>'schema_version'");
       rows.next();)
    tables.push_back(rows.text(0));
  atomically([&] {
    for (const std::string& name : tables)
      script((name.starts_with("dyn_") ? "DROP TABLE \"" : "DELETE FROM \"") + name + "\"");
  });
}

}  // namespace puddle
