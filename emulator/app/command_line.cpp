// The `puddle` command: flags to a Config, and the small subcommands that talk to a running daemon.
#include <unistd.h>
#include <cstdio>
#include <iostream>

#include "app/config_file.hpp"
#include "app/flags.hpp"
#include "app/operations_dump.hpp"
#include "app/remote.hpp"
#include "base/text.hpp"
#include "puddle/emulator.hpp"
#include "puddle/version.hpp"

namespace puddle {
namespace {

int fail(const std::string& message) {
  std::cerr << "puddle: " << message << std::endl;
  return 1;
}

int run_up(UpOptions& o) {
  Config& c = o.config;
  if (c.account.size() != 12 || c.account.find_first_not_of("0123456789") != std::string::npos)
    return fail("--account must be 12 digits, not '" + c.account + "'");
  for (const std::string& p : o.parameters) {
    const auto parts = cut(p, "=");
    if (!parts || parts->first.empty()) return fail("--parameter needs KEY=VALUE, not '" + p + "'");
    c.parameters[std::string(parts->first)] = std::string(parts->second);
  }
  try {
    Emulator emulator(c);
    emulator.on_line([quiet = o.quiet](const std::string& line) {
      if (!quiet || line == "Ready.") std::cout << line << std::endl;
    });
    return emulator.run();
  } catch (const StartError& e) {
    return fail(e.what());
  }
}

/// The file of --config FILE, --config=FILE or PUDDLE_CONFIG; empty: none.
std::string config_file_of(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--config" && i + 1 < argc) return argv[i + 1];
    if (argument.starts_with("--config=")) return std::string(argument.substr(9));
  }
  const char* variable = std::getenv("PUDDLE_CONFIG");
  return variable ? variable : "";
}

}  // namespace

int command_line(int argc, char** argv) {
  CLI::App app{"Puddle: AWS's serverless services on this machine. No Docker, no account, no network.",
               "puddle"};
  app.set_version_flag("--version", std::string("puddle ") + kVersion);
  app.require_subcommand(1);
  UpOptions options;
  // The file is read before the flags are, so that flags and PUDDLE_* win.
  apply_foreign_environment(options.config);
  if (const std::string file = config_file_of(argc, argv); !file.empty())
    if (const auto applied = apply_config_file(file, options); !applied) return fail(applied.error().message);

  CLI::App* up = app.add_subcommand("up", "start the daemon and deploy a template");
  add_up_flags(*up, options);
  Remote remote;
  CLI::App* ready = app.add_subcommand("ready", "0 when the daemon is ready");
  bool wait = false;
  double timeout = 30;
  ready->add_flag("--wait", wait, "wait until it is");
  ready->add_option("--timeout", timeout, "seconds to wait")->capture_default_str();
  CLI::App* inbox = app.add_subcommand("inbox", "the mail in the inbox, newest first");
  CLI::App* messages = app.add_subcommand("messages", "the messages of a queue, none of them taken");
  std::string queue;
  bool invisible = false, delayed = false;
  messages->add_option("queue", queue, "name or URL of the queue")->required();
  messages->add_flag("--invisible", invisible, "those in flight too");
  messages->add_flag("--delayed", delayed, "those that are delayed too");
  CLI::App* env = app.add_subcommand("env", "exports for the shell: eval \"$(puddle env)\"");
  CLI::App* aws = app.add_subcommand("aws", "the AWS CLI against the daemon: puddle aws sqs list-queues");
  aws->prefix_command();
  CLI::App* operations = app.add_subcommand("operations", "every operation there is, with its shapes");
  bool json = false;
  operations->add_flag("--json", json, "as JSON");
  for (CLI::App* sub : {ready, inbox, messages, env, aws})
    sub->add_option("--endpoint", remote.endpoint, "of the daemon")
        ->envname("AWS_ENDPOINT_URL")
        ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  if (up->parsed()) return run_up(options);
  if (ready->parsed()) return remote.ready(wait, timeout);
  if (inbox->parsed()) return remote.inbox();
  if (messages->parsed()) return remote.messages(queue, invisible, delayed);
  if (env->parsed()) return remote.env();
  if (aws->parsed()) return remote.aws(aws->remaining());
  std::cout << operations_dump(json) << std::flush;
  return 0;
}

}  // namespace puddle
