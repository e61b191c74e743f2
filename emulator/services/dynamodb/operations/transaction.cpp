#include "services/dynamodb/operations/transaction.hpp"

#include <algorithm>
#include <set>

#include "base/digest.hpp"

namespace puddle::dynamodb {

using wire::List;
using wire::Map;

void Reasons::set(std::size_t action, std::string code, std::string message, Value item) {
  reasons_[action] = {std::move(code), std::move(message), std::move(item)};
}

void Reasons::check() const {
  if (std::all_of(reasons_.begin(), reasons_.end(), [](const Reason& r) { return r.code.empty(); })) return;
  List list;
  std::string codes;
  for (const Reason& r : reasons_) {
    const std::string code = r.code.empty() ? "None" : r.code;
    Map one{{"Code", Value(code)}};
    if (!r.message.empty()) one.add("Message", r.message);
    if (!r.item.is_null()) one.add("Item", r.item);
    list.emplace_back(std::move(one));
    codes += (codes.empty() ? "" : ", ") + code;
  }
  const std::string message =
      "Transaction cancelled, please refer cancellation reasons for specific reasons [" + codes + "]";
  Map members;
  members.add("CancellationReasons", std::move(list));
  members.add("Message", message);
  throw kTransactionCanceled(message, std::move(members));
}

void cancel(Reasons& reasons, std::size_t action, const ItemError& error) {
  if (error.message.starts_with("One or more parameter values are not valid")) throw error;
  reasons.set(action, "ValidationError", error.message);
}

std::vector<Written> run_transaction(DynamoDb& db, const Call& call, std::vector<ItemWrite>& writes,
                                     const std::vector<std::string>& tables,
                                     const std::vector<std::optional<std::string>>& returns_on_failure) {
  std::vector<Table*> found;
  found.reserve(tables.size());
  for (const std::string& name : tables) found.push_back(&db.require(call, name, true));
  for (const Table* table : found) db.throttle.check_write(*table, call.now);
  Reasons reasons(writes.size());
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    try {
      writes[i].bind(*found[i]);
    } catch (const ItemError& e) {
      cancel(reasons, i, e);
    }
    if (!writes[i].key().empty() && !seen.emplace(found[i]->id, writes[i].key()).second)
      throw ItemError{std::string(kOneItemTwice)};
  }
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (reasons.given(i)) continue;
    ItemWrite& write = writes[i];
    try {
      if (!write.decide(db.records)) {
        Value item;
        if (returns_on_failure[i] == "ALL_OLD" && write.old()) item = Value(wire::Raw{write.old()->json});
        if (write.insert)
          reasons.set(i, "DuplicateItem", "Duplicate primary key exists in table", std::move(item));
        else
          reasons.set(i, "ConditionalCheckFailed", "The conditional request failed", std::move(item));
      }
      bytes += write.next_size();
    } catch (const ItemError& e) {
      cancel(reasons, i, e);
    }
  }
  reasons.check();
  if (bytes > kMaxTransactionBytes)
    throw ItemError{"The aggregate size of the items in the transaction exceeds 4 MB"};
  Writer writer(db, call.now);
  std::vector<Written> out;
  out.reserve(writes.size());
  for (const ItemWrite& write : writes) {
    out.push_back(write.apply(writer));
    Usage usage = usage_of(out.back());
    usage.transactional = true;
    db.throttle.charge(*write.table(), usage, false, call.now);
  }
  writer.finish();
  return out;
}

bool replayed(DynamoDb& db, const Call& call, const std::string& token, const std::string& request) {
  const std::string key = call.account + "/" + call.region + "/" + token;
  const std::string digest = sha256(request);
  if (const auto known = db.records.token(key, call.now)) {
    if (*known == digest) return true;
    throw kIdempotentParameterMismatch(
        "DynamoDB rejected the request because the parameters of the request do not match those of an "
        "earlier "
        "request with the same client token");
  }
  db.records.put_token(key, digest, call.now);
  return false;
}

}  // namespace puddle::dynamodb
