// The `puddle` command: flags to a Config, and the small subcommands that talk to a running daemon.
#include <CLI/CLI.hpp>

#include <unistd.h>
#include <cstdio>
#include <iostream>

#include "app/config_file.hpp"
#include "app/operations_dump.hpp"
#include "app/remote.hpp"
#include "base/text.hpp"
#include "puddle/emulator.hpp"
#include "puddle/version.hpp"

namespace puddle {
namespace {

const std::map<std::string, Config::Durability> kDurability{{"memory", Config::Durability::memory},
                                                            {"process", Config::Durability::process},
                                                            {"disk", Config::Durability::disk}};
const std::map<std::string, Config::Auth> kAuth{
    {"off", Config::Auth::off}, {"warn", Config::Auth::warn}, {"enforce", Config::Auth::enforce}};

const std::map<std::string, Config::QueueUrls> kQueueUrls{{"plain", Config::QueueUrls::plain},
                                                          {"standard", Config::QueueUrls::standard},
                                                          {"domain", Config::QueueUrls::domain},
                                                          {"path", Config::QueueUrls::path}};

struct UpOptions {
  Config config;
  std::string config_file;
  std::vector<std::string> parameters;
  bool confirm = false;
  bool quiet = false;
};

void add_queue_flags(CLI::App& up, Config& c) {
  up.add_option("--queue-urls", c.queue_urls, "form of queue URLs: plain, standard, domain or path")
      ->transform(CLI::CheckedTransformer(kQueueUrls))
      ->envname("PUDDLE_QUEUE_URLS")
      ->default_str("plain");
  up.add_option("--purge-interval-seconds", c.purge_interval_seconds,
                "between two PurgeQueue of a queue; 0 for no rule")
      ->envname("PUDDLE_PURGE_INTERVAL_SECONDS")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  up.add_option("--recreate-interval-seconds", c.recreate_interval_seconds,
                "between DeleteQueue and CreateQueue of the same name; 0 for no rule")
      ->envname("PUDDLE_RECREATE_INTERVAL_SECONDS")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
}

void add_daemon_flags(CLI::App& up, UpOptions& o) {
  Config& c = o.config;
  up.add_option("template", c.template_file,
                "CloudFormation template to deploy; local Code directories are zipped");
  up.add_option("--stack", c.stack_name, "name of its stack (default: the template's folder)");
  up.add_option("--parameter", o.parameters, "KEY=VALUE for the template; may be repeated")
      ->allow_extra_args(false);
  up.add_flag("--replace", c.replace,
              "delete the existing stack, its data too, when the template has changed");
  up.add_option("--config", o.config_file, "YAML file with settings (see config/puddle.yaml)")
      ->envname("PUDDLE_CONFIG");
  up.add_option("--host", c.host, "address to listen on")->envname("PUDDLE_HOST")->capture_default_str();
  up.add_option("--port", c.port, "port of all services; 0 takes a free one")
      ->envname("PUDDLE_PORT")
      ->capture_default_str();
  up.add_option("--inbox-port", c.inbox_port, "SMTP port of the built-in inbox; 0 takes a free one")
      ->envname("PUDDLE_INBOX_PORT")
      ->capture_default_str();
  up.add_option("--data-dir", c.data_dir, "where everything is kept")
      ->envname("PUDDLE_DATA_DIR")
      ->capture_default_str();
  up.add_flag("--ephemeral", c.ephemeral, "keep nothing")->envname("PUDDLE_EPHEMERAL");
  up.add_option("--durability", c.durability,
                "memory, process (survives kill -9) or disk (survives power loss)")
      ->transform(CLI::CheckedTransformer(kDurability))
      ->envname("PUDDLE_DURABILITY")
      ->default_str("process");
  up.add_option("--auth", c.auth, "off, warn (allow, but log what AWS would deny) or enforce")
      ->transform(CLI::CheckedTransformer(kAuth))
      ->envname("PUDDLE_AUTH")
      ->default_str("warn");
  up.add_option("--account", c.account, "12-digit account of credentials that name none")
      ->envname("PUDDLE_ACCOUNT")
      ->capture_default_str();
  up.add_option("--region", c.region, "region of requests that name none")
      ->envname("PUDDLE_REGION")
      ->capture_default_str();
  up.add_option("--smtp", c.smtp,
                "relay for mail: HOST:PORT or smtps://USER:PASSWORD@HOST:PORT (default: the inbox)")
      ->envname("PUDDLE_SMTP");
  up.add_option("--mail-from", c.mail_from, "sender of notifications")
      ->envname("PUDDLE_MAIL_FROM")
      ->capture_default_str();
  up.add_flag("--inbox-confirm,!--no-inbox-confirm", o.confirm,
              "follow confirmation links of mail in the inbox (default: on with a template)");
  up.add_flag("--throttle", c.throttle, "hold DynamoDB tables to their provisioned throughput")
      ->envname("PUDDLE_THROTTLE");
  up.add_option("--function-concurrency", c.function_concurrency, "function environments at a time")
      ->envname("PUDDLE_FUNCTION_CONCURRENCY")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  up.add_option("--table-transition-ms", c.table_transition_ms,
                "how long DynamoDB tables are CREATING, UPDATING and DELETING; 0: not at all")
      ->check(CLI::Range(0, 600'000));
  up.add_option("--function-idle-seconds", c.function_idle_seconds, "when an idle function environment ends")
      ->envname("PUDDLE_FUNCTION_IDLE_SECONDS")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  add_queue_flags(up, c);
  up.add_option("--max-connections", c.max_connections, "client connections at a time")
      ->envname("PUDDLE_MAX_CONNECTIONS")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  up.add_option("--log-level", c.log_level, "trace, debug, info, warn, error or off")
      ->envname("PUDDLE_LOG_LEVEL")
      ->capture_default_str()
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  up.add_flag("--quiet", o.quiet, "print the Ready. line only");
}

int fail(const std::string& message) {
  std::cerr << "puddle: " << message << std::endl;
  return 1;
}

int run_up(UpOptions& o, bool confirm_given) {
  Config& c = o.config;
  if (confirm_given) c.inbox_confirm = o.confirm;
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

}  // namespace

int command_line(int argc, char** argv) {
  CLI::App app{"Puddle: AWS's serverless services on this machine. No Docker, no account, no network.",
               "puddle"};
  app.set_version_flag("--version", std::string("puddle ") + kVersion);
  app.require_subcommand(1);
  UpOptions options;
  // The file is read before the flags are, so that flags and PUDDLE_* win.
  apply_foreign_environment(options.config);
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--config")
      if (const auto applied = apply_config_file(argv[i + 1], options.config); !applied)
        return fail(applied.error().message);

  CLI::App* up = app.add_subcommand("up", "start the daemon and deploy a template");
  add_daemon_flags(*up, options);
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

  if (up->parsed()) return run_up(options, up->count("--inbox-confirm") > 0);
  if (ready->parsed()) return remote.ready(wait, timeout);
  if (inbox->parsed()) return remote.inbox();
  if (messages->parsed()) return remote.messages(queue, invisible, delayed);
  if (env->parsed()) return remote.env();
  if (aws->parsed()) return remote.aws(aws->remaining());
  std::cout << operations_dump(json) << std::flush;
  return 0;
}

}  // namespace puddle
