// Result<T>: a value or an error, for code where failing is normal (parsers, codecs, hosts).
// Handlers throw AwsError instead; the two meet in the dispatcher.
#pragma once
#include <string>
#include <utility>
#include <variant>

#include "base/check.hpp"

namespace puddle {

/// Why something failed, for a person or for an AWS message.
struct Failure {
  std::string message;
  explicit Failure(std::string m) : message(std::move(m)) {}
};

template <class T, class E = Failure>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : held_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const E& error() const {
    PUDDLE_CHECK(held_.index() == 1);
    return std::get<1>(held_);
  }

  T& value() {
    PUDDLE_CHECK(held_.index() == 0);
    return std::get<0>(held_);
  }
  const T& value() const {
    PUDDLE_CHECK(held_.index() == 0);
    return std::get<0>(held_);
  }

 private:
  std::variant<T, E> held_;
};

}  // namespace puddle
