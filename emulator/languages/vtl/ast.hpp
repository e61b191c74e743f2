// The parsed form of a template. Immutable after parsing; owned by Template.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace puddle::vtl {

struct Block;
struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

/// One ".name", ".name(...)" or "[...]" behind a reference.
struct Access {
  enum class Kind { property, method, index } kind = Kind::property;
  std::string name;
  std::vector<ExpressionPtr> arguments;  ///< of a method; the one index
};

struct Reference {
  std::string root;
  std::vector<Access> path;
  std::string source;  ///< as written, for escaped ones
};

struct Expression {
  enum class Kind {
    integer,
    real,
    boolean,
    text,
    interpolated,
    reference,
    list,
    map,
    range,
    negate,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    equal,
    differs,
    less,
    less_equal,
    greater,
    greater_equal,
    both,
    either
  } kind = Kind::text;
  std::int64_t integer = 0;  ///< boolean: 0 or 1
  double real = 0;
  std::string text;
  std::unique_ptr<Block> block;  ///< interpolated
  std::unique_ptr<Reference> reference;
  std::vector<ExpressionPtr>
      parts;  ///< operands; list elements; keys and values of a map in turn; ends of a range
};

struct Statement {
  enum class Kind {
    text,
    reference,
    escaped,
    set,
    choose,
    foreach,
    define,
    leave_loop,
    stop
  } kind = Kind::text;
  std::string text;                        ///< text; foreach and define: the variable
  int backslashes = 0;                     ///< escaped reference: how many stood before it
  std::unique_ptr<Reference> reference;    ///< reference; set: the target
  std::vector<ExpressionPtr> expressions;  ///< set: the value; foreach: the list; choose: the conditions
  std::vector<Block> blocks;  ///< choose: one per condition, then the #else one; foreach, define: the body
};

struct Block {
  std::vector<Statement> statements;
};

}  // namespace puddle::vtl
