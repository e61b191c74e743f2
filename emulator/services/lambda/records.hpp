// Records: all SQL of Lambda. Engine thread; throws StoreError.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/lambda/model.hpp"
#include "store/store.hpp"

namespace puddle::lambda {

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  std::vector<Function> functions() const;
  void put(const Function& function);
  void erase(const Function& function);
  void put_code(std::string_view sha256_hex, std::string_view zip);
  std::optional<std::string> code(std::string_view sha256_hex) const;
  void drop_unused_code();

  std::vector<Mapping> mappings() const;
  void put(const Mapping& mapping);
  void erase_mapping(std::string_view uuid);

  std::optional<std::string> checkpoint(std::string_view mapping, std::string_view shard) const;
  void put_checkpoint(std::string_view mapping, std::string_view shard, std::string_view sequence);

 private:
  Store& store_;
};

}  // namespace puddle::lambda
