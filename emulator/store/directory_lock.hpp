// The lock of a data directory: one daemon per directory. Private to the store.
#pragma once
#include <string>

namespace puddle {

/// Makes the directory when it is missing; the descriptor that holds the lock. Throws StoreOpenError.
int lock_directory(const std::string& directory);

}  // namespace puddle
