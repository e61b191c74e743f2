// The settings of the daemon, once: `puddle up --help` shows them, PUDDLE_* variables and the settings file
// give them.
#pragma once
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "puddle/config.hpp"

namespace puddle {

struct UpOptions {
  Config config;
  std::string config_file;
  std::vector<std::string> parameters;  ///< KEY=VALUE
  bool confirm = false;                 ///< --inbox-confirm, where it is given
  bool quiet = false;
};

/// Flags of `puddle up` that write into the options, which must outlive the App.
void add_up_flags(CLI::App& up, UpOptions& options);

}  // namespace puddle
