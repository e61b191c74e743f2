#include "services/dynamodb/read.hpp"

#include "services/dynamodb/items/capacity.hpp"
#include "wire/json.hpp"

namespace puddle::dynamodb {
namespace {

constexpr std::int64_t kPageBytes = 1 << 20;
// A step ends after so many rows, so many bytes of rows, or so many bytes that were parsed.
constexpr std::int64_t kStepRows = 4000, kStepBytes = 2 << 20, kStepParsed = 256 << 10;

class Step {
 public:
  Step(const Records& records, Read& read, Page& page) : records_(records), read_(read), page_(page) {}

  /// False when the page or the step is full.
  bool take(const Entry& e) {
    if ((read_.limit && page_.scanned >= *read_.limit) || page_.bytes >= kPageBytes) {
      page_.more = true;
      return false;
    }
    if (rows_ >= kStepRows || bytes_ >= kStepBytes || parsed_ >= kStepParsed) {
      unfinished_ = true;
      return false;
    }
    ++rows_;
    bytes_ += static_cast<std::int64_t>(e.json.size());
    page_.bytes += e.size;
    ++page_.scanned;
    position_.assign(e.key);
    last_.assign(e.json);
    visit(e);
    return true;
  }

  bool finish() {
    if (rows_ > 0) {
      page_.position = position_;
      page_.last = std::move(last_);
      if (read_.forward)
        read_.keys.from = position_ + '\0';
      else
        read_.keys.to = std::move(position_);
    }
    // AWS says that there is more whenever a page was full, also when nothing follows.
    const bool full = (read_.limit && page_.scanned >= *read_.limit) || page_.bytes >= kPageBytes;
    page_.more = page_.more || (full && page_.scanned > 0);
    return !unfinished_ || page_.more;
  }

 private:
  void visit(const Entry& e) {
    StoredItem item;
    if (read_.fetch) {
      auto found = records_.get(read_.table->tree, item_key_of_entry(e.key, read_.index->keys));
      if (!found) return;  // cannot be: entries go with their items
      page_.fetched += read_units(found->size, true);
      bytes_ += static_cast<std::int64_t>(found->json.size());
      item = std::move(*found);
    } else if (read_.filter || read_.view) {
      item.json = e.json;
    }
    if (read_.filter || read_.view) parsed_ += static_cast<std::int64_t>(item.json.size());
    if (read_.filter && !read_.filter(item.value().map())) return;
    ++page_.count;
    if (read_.counts) return;
    if (page_.items.size() > 1) page_.items += ',';
    if (read_.view)
      wire::append_json(page_.items, wire::Value(read_.view(item.value().map())));
    else
      page_.items += read_.fetch ? std::string_view(item.json) : e.json;
  }

  const Records& records_;
  Read& read_;
  Page& page_;
  std::int64_t rows_ = 0, bytes_ = 0, parsed_ = 0;
  bool unfinished_ = false;
  std::string position_, last_;
};

}  // namespace

wire::Value Page::close() {
  items += ']';
  return wire::Value(wire::Raw{std::move(items)});
}

bool read_step(const Records& records, Read& read, Page& page) {
  if (!read.keys.to.empty() && read.keys.from >= read.keys.to) return true;
  Step step(records, read, page);
  records.range(read.tree(), read.keys, read.forward, [&](const Entry& e) { return step.take(e); });
  return step.finish();
}

wire::Value last_key(const Read& read, const Page& page) {
  if (!page.more) return {};
  const auto item = wire::parse_json(page.last);
  if (!item) return {};
  wire::Value out = key_attributes(*item, read.table->keys);
  if (read.index)
    for (const auto* part : {&read.index->keys.hash, &read.index->keys.range})
      for (const KeyAttribute& a : *part)
        if (!out.map().contains(a.name)) out.map().add(a.name, *item->find(a.name));
  return out;
}

}  // namespace puddle::dynamodb
