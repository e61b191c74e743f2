// The store's promises: one commit per turn, savepoint per operation, the output gate, the broken state, the
// lock.
#include <catch2/catch.hpp>

#include <filesystem>

#include "runtime/virtual_loop.hpp"
#include "store/store.hpp"

using namespace puddle;

namespace {

struct Fixture {
  VirtualLoop loop;
  Store store{loop, nullptr, {"", Durability::memory}};
  Fixture() {
    store.migrate({{"test", 1, "CREATE TABLE item(k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID"}});
  }
  void put(std::string_view k, std::int64_t v) { store.run("INSERT INTO item VALUES(?1, ?2)", {k, v}); }
  std::int64_t count() {
    Rows rows = store.query("SELECT count(*) FROM item");
    rows.next();
    return rows.integer(0);
  }
};

struct TemporaryDirectory {
  std::string path = (std::filesystem::temp_directory_path() / "puddle-store-test").string();
  TemporaryDirectory() { std::filesystem::remove_all(path); }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("the writes of a turn are committed once") {
  Fixture f;
  const auto before = f.store.commits();
  for (const char* k : {"a", "b", "c"}) f.store.atomically([&] { f.put(k, 1); });
  CHECK(f.store.commits() == before);
  f.loop.run_ready();
  CHECK(f.store.commits() == before + 1);
  CHECK(f.count() == 3);
}

TEST_CASE("an operation that throws is rolled back alone") {
  Fixture f;
  f.store.atomically([&] { f.put("kept", 1); });
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.put("lost", 1);
    throw std::runtime_error("no");
  }),
                  std::runtime_error);
  f.store.atomically([&] { f.put("later", 1); });
  f.loop.run_ready();
  CHECK(f.count() == 2);
}

TEST_CASE("the first operation of a turn rolls back too, and the turn goes on") {
  Fixture f;
  bool committed = false;
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.put("lost", 1);
    f.store.when_committed([&](bool ok) { committed = ok; });
    f.store.atomically([&] { f.put("lost as well", 1); });
    throw 1;
  }),
                  int);
  f.store.atomically([&] { f.put("later", 1); });
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.put("lost", 1);
    throw 1;
  }),
                  int);
  f.loop.run_ready();
  CHECK(committed);
  CHECK(f.count() == 1);
}

TEST_CASE("a nested operation rolls back without its parent") {
  Fixture f;
  f.store.atomically([&] {
    f.put("outer", 1);
    try {
      f.store.atomically([&] {
        f.put("inner", 1);
        throw 1;
      });
    } catch (int) {
    }
    f.put("after", 1);
  });
  f.loop.run_ready();
  CHECK(f.count() == 2);
}

TEST_CASE("the last write of an operation stays, whatever the next operation does") {
  Fixture f;
  f.store.atomically([&] { f.put("first", 1); });  // the turn is its savepoint
  f.store.atomically([&] {
    f.store.last_write();
    f.put("last", 1);
  });
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.put("lost", 1);
    throw std::runtime_error("no");
  }),
                  std::runtime_error);
  f.loop.run_ready();
  CHECK(f.count() == 2);
}

TEST_CASE("a last write behind others of its operation is rolled back with them") {
  Fixture f;
  f.store.atomically([&] { f.put("kept", 1); });
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.put("lost", 1);
    f.store.last_write();
    f.put("lost, too", 1);
    throw std::runtime_error("no");
  }),
                  std::runtime_error);
  f.loop.run_ready();
  CHECK(f.count() == 1);
  CHECK_FALSE(f.store.broken());
}

TEST_CASE("a last write that fails leaves nothing, and the store works on") {
  Fixture f;
  f.store.atomically([&] { f.put("a", 1); });
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.store.last_write();
    f.put("a", 2);
  }),
                  StoreError);
  f.store.atomically([&] { f.put("b", 1); });
  f.loop.run_ready();
  CHECK(f.count() == 2);
  CHECK_FALSE(f.store.broken());
}

TEST_CASE("an operation that fails behind its last write breaks the store") {
  Fixture f;
  f.store.atomically([&] { f.put("a", 1); });
  f.loop.run_ready();
  CHECK_THROWS_AS(f.store.atomically([&] {
    f.store.last_write();
    f.put("half", 1);
    throw std::runtime_error("no");
  }),
                  std::runtime_error);
  CHECK(f.store.broken());
  f.loop.run_ready();
}

TEST_CASE("nothing passes the output gate before the commit") {
  Fixture f;
  bool left = false;
  f.store.when_committed([&](bool ok) { left = ok; });
  CHECK(left);  // nothing is pending
  left = false;
  f.put("a", 1);
  f.store.when_committed([&](bool ok) { left = ok; });
  CHECK_FALSE(left);
  f.loop.run_ready();
  CHECK(left);
}

TEST_CASE("a failed commit breaks the store for good") {
  Fixture f;
  f.put("a", 1);
  f.store.fail_next_commit();
  bool ok = true;
  f.store.when_committed([&](bool committed) { ok = committed; });
  f.loop.run_ready();
  CHECK_FALSE(ok);
  CHECK(f.store.broken());
  CHECK_THROWS_AS(f.put("b", 1), StoreBroken);
  CHECK(f.count() == 0);
}

TEST_CASE("two cursors on one statement do not disturb each other") {
  Fixture f;
  for (const char* k : {"a", "b"}) f.put(k, 1);
  std::string seen;
  for (Rows outer = f.store.query("SELECT k FROM item ORDER BY k"); outer.next();)
    for (Rows inner = f.store.query("SELECT k FROM item ORDER BY k"); inner.next();)
      seen += outer.text(0) + inner.text(0) + " ";
  CHECK(seen == "aa ab ba bb ");
}

TEST_CASE("a reopened database has what was committed, and only that") {
  TemporaryDirectory dir;
  VirtualLoop loop;
  const Migration schema{"test", 1, "CREATE TABLE item(k TEXT)"};
  {
    Store store(loop, nullptr, {dir.path, Durability::process});
    store.migrate({schema});
    store.run("INSERT INTO item VALUES('a')");
    store.commit_now();
  }
  Store store(loop, nullptr, {dir.path, Durability::process});
  store.migrate({schema, {"test", 2, "ALTER TABLE item ADD COLUMN v INTEGER DEFAULT 7"}});
  Rows rows = store.query("SELECT k, v FROM item");
  REQUIRE(rows.next());
  CHECK(rows.text(0) == "a");
  CHECK(rows.integer(1) == 7);
}

TEST_CASE("a commit is in the files before anybody hears of it, and nothing else is") {
  TemporaryDirectory dir;
  VirtualLoop loop;
  Store store(loop, nullptr, {dir.path, Durability::process});
  store.migrate({{"test", 1, "CREATE TABLE item(k TEXT)"}});
  const std::string big(3 << 20, 'x');  // more than is gathered in memory
  store.run("INSERT INTO item VALUES(?1)", {std::string_view(big)});
  std::int64_t seen = -1;
  store.when_committed([&](bool) {
    // What a kill at this instant leaves.
    const std::string copy = dir.path + "/copy";
    std::filesystem::create_directories(copy);
    for (const char* name : {"/puddle.db", "/puddle.db-wal"})
      std::filesystem::copy_file(dir.path + name, copy + name);
    Store found(loop, nullptr, {copy, Durability::process});
    Rows rows = found.query("SELECT count(*) FROM item WHERE length(k) > 3000000");
    if (rows.next()) seen = rows.integer(0);
  });
  loop.run_ready();
  CHECK(seen == 1);
}

TEST_CASE("the log does not grow with the number of commits") {
  TemporaryDirectory dir;
  VirtualLoop loop;
  Store store(loop, nullptr, {dir.path, Durability::process});
  store.migrate({{"test", 1, "CREATE TABLE item(k INTEGER PRIMARY KEY, v TEXT)"}});
  const std::string text(4000, 'x');
  for (std::int64_t i = 0; i < 9000; ++i) {
    store.run("INSERT INTO item VALUES(?1, ?2)", {i, std::string_view(text)});
    loop.run_ready();
  }
  CHECK(std::filesystem::file_size(dir.path + "/puddle.db-wal") < 6000 * 4096);
}

TEST_CASE("a second store on the same directory says who has it") {
  TemporaryDirectory dir;
  VirtualLoop loop;
  Store first(loop, nullptr, {dir.path, Durability::process});
  CHECK_THROWS_WITH(Store(loop, nullptr, {dir.path, Durability::process}),
                    Catch::Contains("in use by another puddle"));
}

TEST_CASE("a database of a newer version is refused") {
  TemporaryDirectory dir;
  VirtualLoop loop;
  const Migration one{"test", 1, "CREATE TABLE item(k TEXT)"};
  {
    Store store(loop, nullptr, {dir.path, Durability::process});
    store.migrate({one, {"test", 2, "CREATE TABLE more(k TEXT)"}});
  }
  Store store(loop, nullptr, {dir.path, Durability::process});
  CHECK_THROWS_WITH(store.migrate({one}), Catch::Contains("newer puddle"));
}

TEST_CASE("wipe empties every table and drops the dynamic ones") {
  Fixture f;
  f.put("a", 1);
  f.store.script("CREATE TABLE dyn_x(k TEXT)");
  f.store.wipe();
  f.loop.run_ready();
  CHECK(f.count() == 0);
  CHECK_THROWS_AS(f.store.query("SELECT * FROM dyn_x"), StoreError);
}

TEST_CASE("the reads of a turn are of one moment, which its writes are part of") {
  TemporaryDirectory directory;
  VirtualLoop loop;
  Store store(loop, nullptr, {directory.path, Durability::process});
  store.migrate({{"test", 1, "CREATE TABLE item(k TEXT PRIMARY KEY, v INTEGER NOT NULL) WITHOUT ROWID"}});
  loop.run_ready();
  const auto count = [&] {
    Rows rows = store.query("SELECT count(*) FROM item");
    rows.next();
    return rows.integer(0);
  };
  const auto put = [&](std::string_view k) {
    store.atomically([&] { store.run("INSERT INTO item VALUES(?1, 1)", {k}); });
  };
  CHECK(count() == 0);
  CHECK(store.settled());
  put("a");
  CHECK_FALSE(store.settled());
  CHECK(count() == 1);
  CHECK_THROWS(store.atomically([&] {
    store.run("INSERT INTO item VALUES('b', 1)");
    throw 1;
  }));
  CHECK(count() == 1);
  const auto before = store.commits();
  loop.run_ready();
  CHECK(store.commits() == before + 1);
  // A turn that only reads commits nothing, and keeps nothing from being copied.
  CHECK(count() == 1);
  loop.run_ready();
  CHECK(store.commits() == before + 1);
  CHECK(count() == 1);
  store.checkpoint();
  put("c");
  loop.run_ready();
  CHECK(count() == 2);
}

TEST_CASE("an operation that reads first and is rolled back leaves the turn to the next") {
  Fixture f;
  f.loop.run_ready();
  CHECK(f.count() == 0);
  CHECK_THROWS(f.store.atomically([&] {
    f.put("lost", 1);
    throw 1;
  }));
  CHECK(f.count() == 0);
  f.store.atomically([&] { f.put("kept", 1); });
  f.loop.run_ready();
  CHECK(f.count() == 1);
}

TEST_CASE("a transaction of reads that SQLite has ended is not taken for the turn's") {
  Fixture f;
  f.loop.run_ready();
  CHECK(f.count() == 0);
  f.store.run("ROLLBACK");  // as SQLite does by itself when a read fails
  CHECK_THROWS(f.store.atomically([&] {
    f.put("half", 1);
    throw 1;
  }));
  f.store.atomically([&] { f.put("whole", 1); });
  f.loop.run_ready();
  CHECK_FALSE(f.store.broken());
  CHECK(f.count() == 1);
}
