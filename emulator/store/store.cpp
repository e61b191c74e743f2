#include <unistd.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/log.hpp"
#include "store/directory_lock.hpp"
#include "store/store_impl.hpp"

namespace puddle {
namespace {

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

}  // namespace

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
    // What has been read is part of the turn then; but a read that failed may have ended its transaction.
    const bool open = std::exchange(s.reading, false) && sqlite3_get_autocommit(s.db) == 0;
    if (!open && !s.step_control(s.begin)) throw StoreError(describe(s.db, "BEGIN"));
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
