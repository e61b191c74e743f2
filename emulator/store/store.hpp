// Store: the one SQLite connection, on the engine thread.
//
// Turns. The first write of a loop turn opens a transaction and posts its commit behind the work already
// queued, so the writes of all calls that were ready are committed once. Nothing observable may leave before
// that: whoever answers a call, raises an event or starts an effect does it from when_committed(). If a
// COMMIT fails the store is broken for good: every later write throws StoreBroken and when_committed reports
// false.
//
// Operations. atomically(step) runs step in a savepoint that is opened by its first write and rolled back
// when it throws. "Decide, write, apply": a step first decides (may throw), then writes rows (may throw),
// then changes memory (cannot throw), so that rollback needs no undo code in memory.
#pragma once
#include <coroutine>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "ports/loop.hpp"
#include "ports/pool.hpp"

namespace puddle {

enum class Durability { memory, process, disk };

struct StoreBroken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// An SQL error that is a bug of ours or a constraint that fired; the message has the SQL.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The data directory belongs to a running daemon, is not ours, or comes from a newer version.
struct StoreOpenError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A parameter of a statement. Text and blobs are views: they live until the statement has been stepped.
struct BlobView {
  std::string_view data;
};
using Param = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, BlobView>;
inline Param param(Time t) { return Param(to_millis(t)); }

/// One migration step of a module; versions of a module count from 1 without gaps and are never edited once
/// released.
struct Migration {
  std::string module;
  int version = 1;
  std::string sql;
};

class Store;

/// A cursor over result rows: `for (Rows rows = store.query(...); rows.next();) rows.text(0);`
/// Valid until destroyed; must not live over a co_await or a commit.
class Rows {
 public:
  Rows(Rows&& other) noexcept;
  Rows& operator=(Rows&&) = delete;
  ~Rows();
  bool next();
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::string_view view(int column) const;  ///< text or blob, until next()
  Time time(int column) const { return from_millis(integer(column)); }

 private:
  friend class Store;
  struct Statement;
  Rows(Store* store, Statement* statement) : store_(store), statement_(statement) {}
  Store* store_;
  Statement* statement_;
};

class Store {
 public:
  struct Options {
    std::string directory;  ///< empty: in memory
    Durability durability = Durability::process;
  };
  /// Opens or creates directory/puddle.db and locks the directory. Throws StoreOpenError.
  Store(Loop& loop, Pool* pool, Options options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Applies what is missing; throws StoreOpenError when the file is newer than the program.
  void migrate(const std::vector<Migration>& migrations);

  /// Statements are cached by their text; parameters are bound in order to ?1, ?2, ...
  Rows query(std::string_view sql, std::initializer_list<Param> params = {});
  /// Runs a statement without rows; the number of changed rows.
  std::int64_t run(std::string_view sql, std::initializer_list<Param> params = {});
  /// Several statements, no parameters: DDL.
  void script(std::string_view sql);
  std::int64_t last_insert_id() const;
  /// The next write ends its operation: nothing behind it can fail. It then needs no savepoint, which costs
  /// as much as the write itself, unless the operation has one already. An operation that fails or writes
  /// nevertheless breaks the store.
  void last_write();

  /// Runs step in its own savepoint; throws what step throws, rolled back. Nested calls are fine.
  template <class F>
  auto atomically(F&& step) {
    Savepoint savepoint(*this);
    if constexpr (std::is_void_v<decltype(step())>) {
      step();
      savepoint.release();
    } else {
      auto result = step();
      savepoint.release();
      return result;
    }
  }

  /// Calls fn(true) once everything written so far is committed, at once when nothing is pending; fn(false)
  /// when the store is broken.
  void when_committed(std::function<void(bool)> fn);
  /// Nothing waits to be committed, and the store is not broken: when_committed() would call at once, with
  /// true.
  bool settled() const;
  bool broken() const;
  const std::string& broken_reason() const;
  /// Commits now; for shutdown and tests.
  void commit_now();
  /// Moves the log into the database, on the pool when there is one.
  void checkpoint();

  /// Deletes every row of every module's tables and drops dynamic tables ("dyn_" prefix). For reset.
  void wipe();

  /// Test hook: the next commit fails.
  void fail_next_commit();
  std::uint64_t commits() const;
  const std::string& directory() const;

 private:
  friend class Rows;
  void watch_for_quiet();
  void move_log();
  class Savepoint {
   public:
    explicit Savepoint(Store& store);
    ~Savepoint();
    void release();

   private:
    Store& store_;
    int depth_;
    bool released_ = false;
  };
  void before_write();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Named awaitable for coroutines: `Committed durable(store); if (!co_await durable) ...`
class Committed {
 public:
  explicit Committed(Store& store);
  ~Committed();
  Committed(const Committed&) = delete;
  Committed& operator=(const Committed&) = delete;
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> handle);
  bool await_resume() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace puddle
