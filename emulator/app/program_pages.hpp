// What the program's own code takes of memory.
#pragma once

namespace puddle {

/// Unmaps the pages of code and constants that are in memory, of the program and of its libraries. What runs
/// on is mapped again as it is needed, from the system's page cache; what only start-up needed stays away.
/// Any thread.
void drop_program_pages();

}  // namespace puddle
