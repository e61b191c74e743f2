// Records: all SQL of Lambda. Engine thread; throws StoreError.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/lambda/mapping.hpp"
#include "services/lambda/model.hpp"
#include "store/store.hpp"

namespace puddle::lambda {

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  std::vector<FunctionFamily> functions() const;
  void put_settings(const Function& latest, const FunctionSettings& settings);
  void put(const Function& version);
  void erase(const Function& version);       ///< one version
  void erase(const FunctionFamily& family);  ///< all of it
  void put_code(std::string_view sha256_hex, std::string_view zip);
  std::optional<std::string> code(std::string_view sha256_hex) const;
  /// Forgets the zip when no version and no layer has it any more.
  void drop_code_if_unused(std::string_view sha256_hex);

  std::int64_t next_layer_version(const std::string& account, const std::string& region,
                                  const std::string& name);
  void put(const LayerVersion& layer);
  void hide(const LayerVersion& layer);  ///< deleted: functions that have it keep it
  std::optional<LayerVersion> layer(const std::string& account, const std::string& region,
                                    const std::string& name, std::int64_t version,
                                    bool deleted_too = false) const;
  /// Newest first; every layer of the region when name is empty, by name.
  std::vector<LayerVersion> layers(const std::string& account, const std::string& region,
                                   const std::string& name = {}) const;

  std::vector<Mapping> mappings() const;
  void put(const Mapping& mapping);
  void erase_mapping(std::string_view uuid);

  struct Position {
    int lane = 0;
    std::string sequence;
  };
  std::vector<Position> checkpoints(std::string_view mapping, std::string_view shard) const;
  void put_checkpoint(std::string_view mapping, std::string_view shard, int lane, std::string_view sequence);
  /// Replaces the lanes of a shard: all begin at the sequence.
  void place_lanes(std::string_view mapping, std::string_view shard, int lanes, std::string_view sequence);

  struct Window {
    std::int64_t starts = 0;  ///< ms
    std::string state;        ///< JSON
  };
  std::optional<Window> window(std::string_view mapping, std::string_view shard, int lane) const;
  void put_window(std::string_view mapping, std::string_view shard, int lane, const Window& window);
  void erase_window(std::string_view mapping, std::string_view shard, int lane);

 private:
  Store& store_;
};

}  // namespace puddle::lambda
