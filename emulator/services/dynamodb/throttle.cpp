#include "services/dynamodb/throttle.hpp"

#include "services/dynamodb/errors.hpp"

namespace puddle::dynamodb {
namespace {

constexpr double kBurstSeconds = 300;

[[noreturn]] void exceeded(bool index) {
  if (index)
    throw kThroughputExceeded(
        "The level of configured provisioned throughput for one or more global secondary indexes of the "
        "table was "
        "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary "
        "indexes "
        "with the UpdateTable API");
  throw kThroughputExceeded(
      "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
      "provisioning level with the UpdateTable API.");
}

/// Units a second; 0 for on-demand tables, which have no limit here.
double rate_of(const Value* definition, bool reads) {
  const Value* given = definition ? definition->find("ProvisionedThroughput") : nullptr;
  const Value* units = given ? given->find(reads ? "ReadCapacityUnits" : "WriteCapacityUnits") : nullptr;
  return units && units->kind() == Value::Kind::integer ? static_cast<double>(units->integer()) : 0;
}

const Value* definition_of(const Table& table, const Index* index) {
  if (!index) return &table.definition;
  const Value* list = table.definition.find("GlobalSecondaryIndexes");
  if (list)
    for (const Value& one : list->list())
      if (one.text_or("IndexName") == index->name) return &one;
  return nullptr;
}

}  // namespace

Throttle::Bucket* Throttle::bucket(const Table& table, const Index* index, bool reads, Time now) {
  const double rate = rate_of(definition_of(table, index), reads);
  if (rate <= 0) return nullptr;
  const auto [at, fresh] = buckets_.try_emplace({index ? index->tree.id : table.tree.id, reads});
  Bucket& b = at->second;
  const double seconds = static_cast<double>(to_millis(now) - to_millis(b.filled)) / 1000;
  b.units = fresh ? rate * kBurstSeconds : std::min(rate * kBurstSeconds, b.units + rate * seconds);
  b.filled = now;
  return &b;
}

void Throttle::check_read(const Table& table, const Index* index, Time now) {
  if (!on_) return;
  const Index* global = index && index->global ? index : nullptr;
  if (const Bucket* b = bucket(table, global, true, now); b && b->units <= 0) exceeded(global != nullptr);
}

bool Throttle::may_read(const Table& table, Time now) {
  if (!on_) return true;
  const Bucket* b = bucket(table, nullptr, true, now);
  return !b || b->units > 0;
}

void Throttle::check_write(const Table& table, Time now) {
  if (!on_) return;
  if (const Bucket* b = bucket(table, nullptr, false, now); b && b->units <= 0) exceeded(false);
  if (exhausted_write(table, now)) exceeded(true);
}

bool Throttle::exhausted_write(const Table& table, Time now) {
  if (const Bucket* b = bucket(table, nullptr, false, now); b && b->units <= 0) return true;
  for (const auto& index : table.indexes)
    if (index->global)
      if (const Bucket* b = bucket(table, index.get(), false, now); b && b->units <= 0) return true;
  return false;
}

void Throttle::charge(const Table& table, const Usage& usage, bool reads, Time now) {
  if (!on_) return;
  const double factor = usage.transactional ? 2 : 1;
  const auto take = [&](const Index* index, double units) {
    if (Bucket* b = bucket(table, index, reads, now)) b->units -= units * factor;
  };
  take(nullptr, usage.table);
  for (const auto& [index, units] : usage.indexes) take(index->global ? index : nullptr, units);
}

}  // namespace puddle::dynamodb
