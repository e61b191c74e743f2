// Read: one page of a Query or Scan of a table or an index, whoever asks (the operations, PartiQL). A page is
// read in steps of a few milliseconds; between them others may run, and the table may go. Engine thread.
#pragma once
#include <optional>
#include <string>

#include "services/dynamodb/items/parameters.hpp"
#include "services/dynamodb/records.hpp"

namespace puddle::dynamodb {

/// What to read. Pointers are good for one step.
struct Read {
  const Table* table = nullptr;
  const Index* index = nullptr;  ///< null: the table itself
  KeyRange keys;                 ///< of the tree; without what lies before an exclusive start
  bool forward = true;
  bool fetch = false;                 ///< of a local index: whole items, from the table
  bool counts = false;                ///< no items wanted
  std::optional<std::int64_t> limit;  ///< of items read, before the filter
  ItemTest filter;                    ///< empty: none
  ItemView view;                      ///< what of an item is answered; empty: all of it
  const Tree& tree() const { return index ? index->tree : table->tree; }
};

/// What was read so far.
struct Page {
  std::string items = "[";  ///< JSON; close() ends it
  std::int64_t count = 0, scanned = 0, bytes = 0;
  double fetched = 0;    ///< consistent read units for items from the table
  std::string position;  ///< key of the last entry read
  std::string last;      ///< that entry's JSON
  bool more = false;     ///< ended by Limit or size: there may be more
  wire::Value close();
};

/// Continues the page; true when it is complete. Advances read.keys.
bool read_step(const Records& records, Read& read, Page& page);

/// LastEvaluatedKey: the keys of the table and, when it is read, of the index.
wire::Value last_key(const Read& read, const Page& page);

}  // namespace puddle::dynamodb
