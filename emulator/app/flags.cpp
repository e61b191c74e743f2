#include "app/flags.hpp"

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

/// Takes the words of the map; the help text of the option names them.
template <class Map>
CLI::Validator words(const Map& map) {
  return CLI::CheckedTransformer(map).description("");
}

void add_queue_flags(CLI::App& up, Config& c) {
  up.add_option("--queue-urls", c.queue_urls, "form of queue URLs: plain, standard, domain or path")
      ->transform(words(kQueueUrls))
      ->type_name("WORD")
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

}  // namespace

void add_up_flags(CLI::App& up, UpOptions& o) {
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
      ->transform(words(kDurability))
      ->type_name("WORD")
      ->envname("PUDDLE_DURABILITY")
      ->default_str("process");
  up.add_option("--auth", c.auth, "off, warn (allow, but log what AWS would deny) or enforce")
      ->transform(words(kAuth))
      ->type_name("WORD")
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
      ->envname("PUDDLE_TABLE_TRANSITION_MS")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
  up.add_option("--function-settle-ms", c.function_settle_ms,
                "how long functions are Pending, mappings Creating, and updates of both take")
      ->envname("PUDDLE_FUNCTION_SETTLE_MS")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
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
  // Whether it was given at all decides too, so the flag cannot write into the config itself.
  up.parse_complete_callback([&up, &o] {
    if (up.count("--inbox-confirm") > 0) o.config.inbox_confirm = o.confirm;
  });
}

}  // namespace puddle
