// PartiQL as DynamoDB speaks it: a statement of one SELECT, INSERT, UPDATE, DELETE or EXISTS over one table.
// Its conditions and changes are those of the expression language (languages/expression), with constants and
// parameters instead of placeholders. Throws expression::Error with AWS's texts. Pure.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "languages/expression/ast.hpp"
#include "languages/expression/binding.hpp"
#include "languages/expression/kept.hpp"
#include "wire/value.hpp"

namespace puddle::partiql {

using expression::Node;
using expression::Path;

struct Order {
  std::string attribute;
  bool descending = false;
};

enum class Returning { nothing, all_old, modified_old, all_new, modified_new };

/// Immutable once parsed. Values are AttributeValue documents, but for {"?": n}, the n-th parameter, and
/// {"<<": [...]}, a set whose type its members decide.
struct Statement {
  enum class Kind { select, insert, update, remove, exists };
  Kind kind = Kind::select;
  std::string table;
  std::optional<std::string> index;
  std::vector<Path> projection;  ///< of a SELECT; empty: *
  std::optional<Node> where;
  std::vector<Order> order;
  std::vector<expression::Action> actions;  ///< of an UPDATE
  std::optional<std::uint32_t> item;        ///< of an INSERT: in values
  Returning returning = Returning::nothing;
  std::vector<Path> paths;  ///< what the slots of nodes refer to
  std::vector<wire::Value> values;
  std::size_t parameters = 0;

  bool reads() const { return kind == Kind::select; }
};

Statement parse(std::string_view text);

/// Parsed statements by their text. One thread.
class Cache {
 public:
  /// An entry holds a text of at most 8 KB and its tree.
  explicit Cache(std::size_t entries = 1000) : kept_(entries) {}
  std::shared_ptr<const Statement> statement(const std::string& text) {
    return kept_.get<Statement>(text, [&] { return std::make_shared<const Statement>(parse(text)); });
  }
  std::size_t size() const { return kept_.size(); }

 private:
  expression::Kept kept_;
};

/// A statement with its parameters put in. Refers to the statement.
class Bound {
 public:
  /// Normalise: checks a value and gives it its normal form, or throws.
  Bound(std::shared_ptr<const Statement> statement, const wire::List& parameters,
        const std::function<void(wire::Value&)>& normalise);
  const Statement& statement() const { return *statement_; }
  /// Of the statement's nodes; keeps its values alive.
  const std::shared_ptr<const expression::Binding>& binding() const { return binding_; }
  const wire::Value& value(std::uint32_t slot) const { return *binding_->values[slot]; }
  /// WHERE as a list of conditions that must all hold.
  std::vector<const Node*> conditions() const;
  /// True for an item (empty: there is none) for which all of them hold. May outlive this.
  std::function<bool(const wire::Map&)> test(std::vector<const Node*> conditions) const;

 private:
  std::shared_ptr<const Statement> statement_;
  std::shared_ptr<const expression::Binding> binding_;
};

/// The conditions that must all hold for the node to be true.
void flatten(const Node& node, std::vector<const Node*>& out);

/// What a SELECT's paths choose of an item, each under its last name.
wire::Map select(const wire::Map& item, const std::vector<Path>& paths);

}  // namespace puddle::partiql
