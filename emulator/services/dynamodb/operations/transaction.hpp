// What transactions share: the reasons of a cancellation, idempotency tokens.
#pragma once
#include "services/dynamodb/operations/batch_shapes.hpp"

namespace puddle::dynamodb {

constexpr std::size_t kMaxActions = 100;
constexpr std::int64_t kMaxTransactionBytes = 4 << 20;
inline constexpr std::string_view kOneItemTwice =
    "Transaction request cannot include multiple operations on one item";

/// Why a transaction is cancelled: one reason per action, in order.
class Reasons {
 public:
  explicit Reasons(std::size_t actions) : reasons_(actions) {}
  /// Item: null for none.
  void set(std::size_t action, std::string code, std::string message, Value item = {});
  bool given(std::size_t action) const { return !reasons_[action].code.empty(); }
  /// Throws TransactionCanceledException when there is any.
  void check() const;

 private:
  struct Reason {
    std::string code, message;
    Value item;
  };
  std::vector<Reason> reasons_;
};

/// An error of an action's key or change: it cancels the transaction, but for empty keys, which fail the
/// request.
void cancel(Reasons& reasons, std::size_t action, const ItemError& error);

/// All writes of a transaction, which are made already: tables, keys, conditions, rows. Actions are in the
/// order of the request. Used by TransactWriteItems and ExecuteTransaction. tables: as the request names
/// them. On return everything is written; what each did is in the order of the actions.
std::vector<Written> run_transaction(DynamoDb& db, const Call& call, std::vector<ItemWrite>& writes,
                                     const std::vector<std::string>& tables,
                                     const std::vector<std::optional<std::string>>& returns_on_failure);

/// True when the token was used for the same request within ten minutes; throws
/// IdempotentParameterMismatchException when it was for another; otherwise notes it.
bool replayed(DynamoDb& db, const Call& call, const std::string& token, const std::string& request);

}  // namespace puddle::dynamodb
