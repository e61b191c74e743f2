// Time to live, backups and point-in-time recovery.
#include <unistd.h>

#include <filesystem>

#include "scenario/dynamodb/control.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

struct Fixture : ControlWorld {
  Fixture() { create(with_stream(table_input("tab"))); }
  void write(const std::string& id, const std::string& v) {
    put("tab", Map{{"id", text(id)}, {"v", text(v)}});
  }
  std::string read(const std::string& table, const std::string& id) {
    const std::string json = get(table, Map{{"id", text(id)}});
    if (json.empty()) return "";
    const auto parsed = wire::parse_json(json);
    return std::string(parsed->find("v")->text_or("S"));
  }
  void enable_ttl() {
    ok("UpdateTimeToLive", ttl("expires", true));
    w.loop.advance(1s);
  }
  static Map ttl(const std::string& attribute, bool on) {
    return Map{
        {"TableName", Value("tab")},
        {"TimeToLiveSpecification", Value(Map{{"Enabled", Value(on)}, {"AttributeName", Value(attribute)}})}};
  }
  std::string ttl_status() {
    return std::string(ok("DescribeTimeToLive", Map{{"TableName", Value("tab")}})
                           .find("TimeToLiveDescription")
                           ->text_or("TimeToLiveStatus"));
  }
  void put_expiring(const std::string& id, std::int64_t at, bool as_text = false) {
    put("tab",
        Map{{"id", text(id)}, {"expires", as_text ? text(std::to_string(at)) : number(std::to_string(at))}});
  }
  std::int64_t seconds() { return to_seconds(w.loop.now()); }
  bool has(const std::string& id) { return !get("tab", Map{{"id", text(id)}}).empty(); }
  void recovery(bool on) {
    ok("UpdateContinuousBackups",
       Map{{"TableName", Value("tab")},
           {"PointInTimeRecoverySpecification", Value(Map{{"PointInTimeRecoveryEnabled", Value(on)}})}});
  }
  Map restore_to(Time at, const std::string& target) {
    return Map{{"SourceTableName", Value("tab")},
               {"TargetTableName", Value(target)},
               {"RestoreDateTime", Value(at)}};
  }
  std::string backup(const std::string& name) {
    return std::string(ok("CreateBackup", Map{{"TableName", Value("tab")}, {"BackupName", Value(name)}})
                           .find("BackupDetails")
                           ->text_or("BackupArn"));
  }
  std::string backup_status(const std::string& arn) {
    return std::string(ok("DescribeBackup", Map{{"BackupArn", Value(arn)}})
                           .find("BackupDescription")
                           ->find("BackupDetails")
                           ->text_or("BackupStatus"));
  }
};

}  // namespace

TEST_CASE("items are deleted when their time has come, and the stream says who did it") {
  Fixture f;
  f.put_expiring("before", f.seconds() - 10);
  f.enable_ttl();
  CHECK(f.ttl_status() == "ENABLED");
  f.put_expiring("soon", f.seconds() + 60);
  f.put_expiring("text", f.seconds() - 10, true);
  f.put_expiring("ancient", f.seconds() - 6LL * 365 * 24 * 3600);
  f.w.loop.advance(5s);
  CHECK_FALSE(f.has("before"));
  CHECK(f.has("soon"));
  f.w.loop.advance(60s);
  CHECK_FALSE(f.has("soon"));
  CHECK(f.has("text"));
  CHECK(f.has("ancient"));
  const List records = f.all_records(f.stream_of("tab"));
  const Value& last = records.back();
  CHECK(last.text_or("eventName") == "REMOVE");
  const std::string identity = wire::to_json(*last.find("userIdentity"));
  CHECK(identity.find("dynamodb.amazonaws.com") != std::string::npos);
  CHECK(identity.find("Service") != std::string::npos);
  CHECK_FALSE(records.front().find("userIdentity"));
}

TEST_CASE("an expiry that is moved or removed in time does not happen") {
  Fixture f;
  f.enable_ttl();
  f.put_expiring("moved", f.seconds() + 10);
  f.put_expiring("kept", f.seconds() + 10);
  f.put_expiring("moved", f.seconds() + 1000);
  f.write("kept", "v");
  f.w.loop.advance(60s);
  CHECK(f.has("moved"));
  CHECK(f.has("kept"));
}

TEST_CASE("time to live is on or off, for one attribute") {
  Fixture f;
  CHECK(f.ttl_status() == "DISABLED");
  CHECK(f.fails("UpdateTimeToLive", Fixture::ttl("expires", false)).message ==
        "TimeToLive is already disabled");
  f.ok("UpdateTimeToLive", Fixture::ttl("expires", true));
  CHECK(f.ttl_status() == "ENABLING");
  f.w.loop.advance(1s);
  CHECK(f.ttl_status() == "ENABLED");
  CHECK(f.fails("UpdateTimeToLive", Fixture::ttl("expires", true)).message ==
        "TimeToLive is already enabled");
  CHECK(f.fails("UpdateTimeToLive", Fixture::ttl("other", true)).message ==
        "TimeToLive is active on a different AttributeName: current AttributeName is expires");
  f.ok("UpdateTimeToLive", Fixture::ttl("expires", false));
  f.w.loop.advance(1s);
  CHECK(f.ttl_status() == "DISABLED");
  f.put_expiring("a", f.seconds() - 10);
  f.w.loop.advance(60s);
  CHECK(f.has("a"));
}

TEST_CASE("a table is restored as it was at an instant") {
  Fixture f;
  f.write("old", "1");
  CHECK(f.fails("RestoreTableToPointInTime", f.restore_to(f.w.loop.now(), "none")).code ==
        "PointInTimeRecoveryUnavailableException");
  f.recovery(true);
  for (int i = 0; i < 450; ++i) f.write("k" + std::to_string(i), "before");
  f.w.loop.advance(10s);
  const Time then = f.w.loop.now();
  f.w.loop.advance(10s);
  f.write("k0", "after");
  f.write("k0", "later");
  f.write("new", "after");
  f.ok("DeleteItem", Map{{"TableName", Value("tab")}, {"Key", Value(Map{{"id", text("old")}})}});
  const Value made = f.ok("RestoreTableToPointInTime", f.restore_to(then, "restored"));
  CHECK(made.find("TableDescription")->text_or("TableStatus") == "CREATING");
  CHECK(made.find("TableDescription")->find("RestoreSummary")->find("RestoreInProgress")->boolean());
  for (int i = 1; i < 450; i += 7) {  // written while it is copied
    f.write("k" + std::to_string(i), "while");
    f.w.loop.advance(1ms);
  }
  f.w.loop.advance(10s);
  CHECK(f.status("restored") == "ACTIVE");
  CHECK_FALSE(f.describe("restored").find("RestoreSummary")->find("RestoreInProgress")->boolean());
  CHECK(f.read("restored", "old") == "1");
  CHECK(f.read("restored", "k0") == "before");
  CHECK(f.read("restored", "k8") == "before");
  CHECK(f.read("restored", "new").empty());
  CHECK(f.describe("restored").find("ItemCount")->integer() == 451);
  CHECK_FALSE(f.describe("restored").find("StreamSpecification"));
  CHECK(f.read("tab", "k8") == "while");
  CHECK(f.fails("RestoreTableToPointInTime", f.restore_to(then - std::chrono::hours(1), "xyz")).code ==
        "InvalidRestoreTimeException");
  CHECK(f.fails("RestoreTableToPointInTime", f.restore_to(then, "restored")).message ==
        "Table already exists: restored");
}

TEST_CASE("recovery reaches back as far as its period and no further than its beginning") {
  Fixture f;
  const auto described = [&] {
    return *f.ok("DescribeContinuousBackups", Map{{"TableName", Value("tab")}})
                .find("ContinuousBackupsDescription")
                ->find("PointInTimeRecoveryDescription");
  };
  CHECK(described().text_or("PointInTimeRecoveryStatus") == "DISABLED");
  const std::int64_t since = f.seconds();
  f.recovery(true);
  f.w.loop.advance(std::chrono::hours(24));
  CHECK(to_seconds(described().find("EarliestRestorableDateTime")->time()) == since);
  f.ok("UpdateContinuousBackups",
       Map{{"TableName", Value("tab")},
           {"PointInTimeRecoverySpecification",
            Value(Map{{"PointInTimeRecoveryEnabled", Value(true)}, {"RecoveryPeriodInDays", Value(2)}})}});
  f.w.loop.advance(std::chrono::hours(48));
  CHECK(to_seconds(described().find("EarliestRestorableDateTime")->time()) == f.seconds() - 2 * 24 * 3600);
  CHECK(f.fails("DescribeContinuousBackups", Map{{"TableName", Value("none")}}).message ==
        "Table not found: none");
}

TEST_CASE("a backup holds the table as it was and makes new ones of it") {
  Fixture f;
  for (int i = 0; i < 450; ++i) f.write("k" + std::to_string(i), "before");
  const std::string arn = f.backup("first");
  CHECK(f.backup_status(arn) == "CREATING");
  for (int i = 0; i < 450; i += 7) f.write("k" + std::to_string(i), "while");
  CHECK(f.fails("DeleteTable", Map{{"TableName", Value("tab")}}).code == "ResourceInUseException");
  f.w.loop.advance(1s);
  CHECK(f.backup_status(arn) == "AVAILABLE");
  f.ok("DeleteTable", Map{{"TableName", Value("tab")}});
  f.w.loop.advance(1s);
  f.ok("RestoreTableFromBackup", Map{{"TargetTableName", Value("again")}, {"BackupArn", Value(arn)}});
  f.w.loop.advance(1s);
  CHECK(f.status("again") == "ACTIVE");
  CHECK(f.describe("again").find("ItemCount")->integer() == 450);
  CHECK(f.read("again", "k7") == "before");
  const Value listed = f.ok("ListBackups", Map{{"TableName", Value("tab")}});
  CHECK(listed.find("BackupSummaries")->list().size() == 1);
  f.ok("DeleteBackup", Map{{"BackupArn", Value(arn)}});
  CHECK(f.fails("DescribeBackup", Map{{"BackupArn", Value(arn)}}).message == "Backup not found: " + arn);
}

TEST_CASE("a table with recovery leaves a system backup for 35 days") {
  Fixture f;
  f.write("a", "1");
  f.recovery(true);
  f.ok("DeleteTable", Map{{"TableName", Value("tab")}});
  f.w.loop.advance(1s);
  const auto listed = [&] {
    return f.ok("ListBackups", Map{{"BackupType", Value("SYSTEM")}}).find("BackupSummaries")->list();
  };
  REQUIRE(listed().size() == 1);
  const std::string arn(listed().at(0).text_or("BackupArn"));
  f.ok("RestoreTableFromBackup", Map{{"TargetTableName", Value("again")}, {"BackupArn", Value(arn)}});
  f.w.loop.advance(1s);
  CHECK(f.read("again", "a") == "1");
  f.w.loop.advance(std::chrono::hours(24 * 36));
  CHECK(listed().empty());
}

TEST_CASE("a backup that was interrupted is finished after a restart") {
  const auto directory =
      std::filesystem::temp_directory_path() / ("puddle-backups-" + std::to_string(::getpid()));
  std::filesystem::create_directories(directory);
  World::Options options;
  options.store = Store::Options{directory.string(), Durability::process};
  std::string arn;
  {
    ControlWorld f(options);
    f.create(table_input("tab"));
    for (int i = 0; i < 450; ++i) f.put("tab", Map{{"id", text("k" + std::to_string(i))}, {"v", text("1")}});
    arn = f.ok("CreateBackup", Map{{"TableName", Value("tab")}, {"BackupName", Value("first")}})
              .find("BackupDetails")
              ->text_or("BackupArn");
  }
  {
    ControlWorld f(options);
    f.put("tab", Map{{"id", text("k1")}, {"v", text("2")}});
    f.w.loop.advance(5s);
    f.ok("RestoreTableFromBackup", Map{{"TargetTableName", Value("again")}, {"BackupArn", Value(arn)}});
    f.w.loop.advance(5s);
    CHECK(f.describe("again").find("ItemCount")->integer() == 450);
  }
  std::filesystem::remove_all(directory);
}
