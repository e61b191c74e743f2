// TableSettings: what a table is besides its definition and its items: its state in time, tags, time to live,
// recovery, policy. One row of JSON per table (control_records.hpp); instants are milliseconds of the epoch.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "wire/shape.hpp"

namespace puddle::dynamodb {

/// TimeToLiveStatus: DISABLED, ENABLING, ENABLED, DISABLING.
struct TimeToLive {
  std::string status = "DISABLED";
  std::string attribute;  ///< empty while DISABLED
  bool on() const { return status == "ENABLED"; }
  bool changing() const { return status == "ENABLING" || status == "DISABLING"; }
  bool active() const { return status == "ENABLED" || status == "ENABLING"; }
  static wire::Shape shape() {
    return {wire::required<&TimeToLive::status>("Status"),
            wire::required<&TimeToLive::attribute>("Attribute")};
  }
};

/// Point-in-time recovery. While it is on every change leaves the old item in the table's history.
struct Recovery {
  bool enabled = false;
  std::int64_t since = 0;  ///< the history reaches back to here
  std::int64_t days = 35;
  static wire::Shape shape() {
    return {wire::required<&Recovery::enabled>("Enabled"), wire::required<&Recovery::since>("Since"),
            wire::required<&Recovery::days>("Days")};
  }
};

/// A copy that fills this table: the items of `source` as they were before the first change of its history
/// behind (at, sequence).
struct Copying {
  std::int64_t source = 0;    ///< id of the table (or of a backup's items); 0: nothing to copy
  std::int64_t at = 0;        ///< milliseconds
  std::int64_t sequence = 0;  ///< of the last change that still counts
  bool first_pass = true;     ///< what is there now; afterwards what has been overwritten since
  std::string from;           ///< base64 of the last key, or the last number of the history
  static wire::Shape shape() {
    return {wire::required<&Copying::source>("Source"), wire::required<&Copying::at>("At"),
            wire::required<&Copying::sequence>("Sequence"), wire::required<&Copying::first_pass>("FirstPass"),
            wire::required<&Copying::from>("From")};
  }
};

struct TableSettings {
  std::string status = "ACTIVE";  ///< TableStatus
  wire::Value pending;  ///< members of the definition that the update in progress brings; null: none
  std::map<std::string, std::string> tags;
  TimeToLive ttl;
  Recovery recovery;
  Copying copying;
  std::string policy, policy_revision;
  std::int64_t policy_at = 0;  ///< of the last change of the policy; revisions grow

  bool usable() const { return status == "ACTIVE" || status == "UPDATING"; }
  static wire::Shape shape() {
    using S = TableSettings;
    return {wire::required<&S::status>("Status"),     wire::optional<&S::pending>("Pending"),
            wire::required<&S::tags>("Tags"),         wire::required<&S::ttl>("TimeToLive"),
            wire::required<&S::recovery>("Recovery"), wire::required<&S::copying>("Copying"),
            wire::required<&S::policy>("Policy"),     wire::required<&S::policy_revision>("PolicyRevision"),
            wire::required<&S::policy_at>("PolicyAt")};
  }
};

}  // namespace puddle::dynamodb
