// Log facade. Messages go to one process-wide sink (spdlog, in log.cpp); the level is the only state.
// Threads: any.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace puddle {

enum class Level { trace, debug, info, warn, error, off };

bool log_enabled(Level level);
void log(Level level, std::string_view component, std::string_view message);
void set_log_level(Level level);
std::optional<Level> parse_level(std::string_view name);

}  // namespace puddle

/// Builds the message only when the level is on: PUDDLE_LOG(info, "sqs", "queue " + name + " created");
#define PUDDLE_LOG(level_name, component, message)                    \
  do {                                                                \
    if (::puddle::log_enabled(::puddle::Level::level_name))           \
      ::puddle::log(::puddle::Level::level_name, component, message); \
  } while (false)
