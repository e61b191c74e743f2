// Matching: the event is flattened to its leaves, each with the array elements it lies in; then keys are met
// one after the other, with the elements that were chosen so far, going back when a choice leads nowhere.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "languages/filter/filter.hpp"

namespace puddle::filter {
namespace {

using wire::Value;

constexpr std::size_t kMaxSteps = 100'000;
constexpr std::size_t kMaxLeaves = 100'000;

using Place = std::pair<std::size_t, std::size_t>;  // array, element

struct Leaf {
  const Value* value = nullptr;
  std::vector<Place> places;  // outer ones first
};

class Flat {
 public:
  std::unordered_map<std::string, std::vector<Leaf>> leaves;
  std::vector<std::size_t> sizes;  // of arrays

  void add(const Value& v, const std::string& path, std::vector<Place>& places) {
    if (count_ > kMaxLeaves) return;
    if (v.is_map()) {
      for (const auto& [name, member] : v.map()) add(member, path.empty() ? name : path + "." + name, places);
    } else if (v.is_list()) {
      const std::size_t array = sizes.size();
      sizes.push_back(v.list().size());
      for (std::size_t i = 0; i < v.list().size(); ++i) {
        places.emplace_back(array, i);
        add(v.list()[i], path, places);
        places.pop_back();
      }
    } else {
      ++count_;
      leaves[path].push_back({&v, places});
    }
  }

 private:
  std::size_t count_ = 0;
};

class Search {
 public:
  Search(const Flat& flat, const Alternative& keys) : flat_(flat), keys_(keys) {}
  bool run() { return next(0); }

 private:
  using Choice = std::map<std::size_t, std::size_t>;

  bool fits(const Leaf& leaf) const {
    return std::all_of(leaf.places.begin(), leaf.places.end(), [&](const Place& p) {
      const auto it = chosen_.find(p.first);
      return it == chosen_.end() || it->second == p.second;
    });
  }

  const std::vector<Leaf>* leaves_at(const std::string& path) const {
    const auto it = flat_.leaves.find(path);
    return it == flat_.leaves.end() ? nullptr : &it->second;
  }

  bool next(std::size_t i) {
    if (i == keys_.size()) return true;
    if (++steps_ > kMaxSteps) return false;
    const Key& key = keys_[i];
    const std::vector<Leaf>* leaves = leaves_at(key.path);
    if (leaves) {
      for (const Leaf& leaf : *leaves) {
        if (++steps_ > kMaxSteps) return false;
        const bool good = std::any_of(key.any.begin(), key.any.end(), [&](const Matcher& m) {
          return !m.wants_absence() && m.accepts(*leaf.value);
        });
        if (!good || !fits(leaf)) continue;
        const Choice before = chosen_;
        for (const Place& p : leaf.places) chosen_[p.first] = p.second;
        if (next(i + 1)) return true;
        chosen_ = before;
      }
    }
    const bool absent =
        std::any_of(key.any.begin(), key.any.end(), [](const Matcher& m) { return m.wants_absence(); });
    return absent && without(leaves, i);
  }

  /// Goes on with elements that lack the key.
  bool without(const std::vector<Leaf>* leaves, std::size_t i) {
    if (++steps_ > kMaxSteps) return false;
    const Leaf* present = nullptr;
    if (leaves)
      for (const Leaf& leaf : *leaves)
        if (fits(leaf)) {
          present = &leaf;
          break;
        }
    if (!present) return next(i + 1);
    for (const Place& p : present->places) {
      if (chosen_.contains(p.first)) continue;
      for (std::size_t element = 0; element < flat_.sizes[p.first]; ++element) {
        chosen_[p.first] = element;
        if (without(leaves, i)) return true;
        chosen_.erase(p.first);
      }
      return false;
    }
    return false;
  }

  const Flat& flat_;
  const Alternative& keys_;
  Choice chosen_;
  std::size_t steps_ = 0;
};

}  // namespace

bool Pattern::matches(const Value& event) const {
  Flat flat;
  std::vector<Place> places;
  flat.add(event, "", places);
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const Alternative& keys) { return Search(flat, keys).run(); });
}

}  // namespace puddle::filter
