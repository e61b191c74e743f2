// The log on its way into the database (docs/decisions/0030).
#include "store/store_impl.hpp"

namespace puddle {
namespace {

constexpr int kCheckpointPages = 4000;
constexpr int kMostLogPages = 4 * kCheckpointPages;
constexpr int kCheckpointPasses = 3;
// After so long without a commit the log is moved into the database, however short it is: as long as there is
// a log, every page that is read is looked for in it.
constexpr Duration kQuiet = std::chrono::milliseconds(250);

}  // namespace

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

}  // namespace puddle
