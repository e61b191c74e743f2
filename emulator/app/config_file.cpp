#include "app/config_file.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdlib>

#include "base/text.hpp"

namespace puddle {
namespace {

bool truthy(std::string_view text) { return text == "1" || iequals(text, "true") || iequals(text, "yes"); }

std::optional<Config::QueueUrls> queue_urls_of(std::string_view text) {
  if (text == "plain") return Config::QueueUrls::plain;
  if (text == "standard") return Config::QueueUrls::standard;
  if (text == "domain") return Config::QueueUrls::domain;
  if (text == "path") return Config::QueueUrls::path;
  return std::nullopt;
}

/// False when the name is unknown; throws YAML::Exception when the value has the wrong type.
bool set(Config& c, const std::string& name, const YAML::Node& value) {
  if (name == "host")
    c.host = value.as<std::string>();
  else if (name == "port")
    c.port = value.as<std::uint16_t>();
  else if (name == "inbox-port")
    c.inbox_port = value.as<std::uint16_t>();
  else if (name == "data-dir")
    c.data_dir = value.as<std::string>();
  else if (name == "ephemeral")
    c.ephemeral = value.as<bool>();
  else if (name == "account")
    c.account = value.as<std::string>();
  else if (name == "region")
    c.region = value.as<std::string>();
  else if (name == "smtp")
    c.smtp = value.as<std::string>();
  else if (name == "mail-from")
    c.mail_from = value.as<std::string>();
  else if (name == "inbox-confirm")
    c.inbox_confirm = value.as<bool>();
  else if (name == "log-level")
    c.log_level = value.as<std::string>();
  else if (name == "max-connections")
    c.max_connections = value.as<int>();
  else if (name == "function-concurrency")
    c.function_concurrency = value.as<int>();
  else if (name == "function-idle-seconds")
    c.function_idle_seconds = value.as<int>();
  else if (name == "throttle")
    c.throttle = value.as<bool>();
  else if (name == "table-transition-ms")
    c.table_transition_ms = value.as<int>();
  else if (name == "purge-interval-seconds")
    c.purge_interval_seconds = value.as<int>();
  else if (name == "recreate-interval-seconds")
    c.recreate_interval_seconds = value.as<int>();
  else if (name == "queue-urls") {
    const auto form = queue_urls_of(value.as<std::string>());
    if (!form) throw YAML::Exception(value.Mark(), "queue-urls is plain, standard, domain or path");
    c.queue_urls = *form;
  } else if (name == "durability") {
    const auto text = value.as<std::string>();
    if (text == "memory")
      c.durability = Config::Durability::memory;
    else if (text == "process")
      c.durability = Config::Durability::process;
    else if (text == "disk")
      c.durability = Config::Durability::disk;
    else
      throw YAML::Exception(value.Mark(), "durability is memory, process or disk");
  } else if (name == "auth") {
    const auto text = value.as<std::string>();
    if (text == "off")
      c.auth = Config::Auth::off;
    else if (text == "warn")
      c.auth = Config::Auth::warn;
    else if (text == "enforce")
      c.auth = Config::Auth::enforce;
    else
      throw YAML::Exception(value.Mark(), "auth is off, warn or enforce");
  } else {
    return false;
  }
  return true;
}

const char* environment(const char* name) {
  if (const char* value = std::getenv(name)) return value;
  return std::getenv((std::string("LOCALSTACK_") + name).c_str());
}

}  // namespace

Result<bool> apply_config_file(const std::string& path, Config& config) {
  const auto at = [&](const YAML::Mark& mark, const std::string& message) {
    return Failure(path + ":" + std::to_string(mark.line + 1) + ": " + message);
  };
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (root.IsNull()) return true;
    if (!root.IsMap()) return at(root.Mark(), "settings are a mapping of names to values");
    for (const auto& entry : root)
      if (!set(config, entry.first.as<std::string>(), entry.second))
        return at(entry.first.Mark(), "unknown setting " + entry.first.as<std::string>());
  } catch (const YAML::BadFile&) {
    return Failure(path + ": cannot be read");
  } catch (const YAML::Exception& e) {
    return at(e.mark, e.msg);
  }
  return true;
}

void apply_foreign_environment(Config& c) {
  if (const char* port = environment("EDGE_PORT"))
    if (const auto n = parse_int(port); n && *n >= 0 && *n <= 65535) c.port = static_cast<std::uint16_t>(*n);
  if (const char* listen = environment("GATEWAY_LISTEN")) {
    const std::string_view first = split(listen, ',').front();
    const std::size_t colon = first.rfind(':');
    if (colon != std::string_view::npos) {
      if (colon > 0) c.host = std::string(first.substr(0, colon));
      if (const auto n = parse_int(first.substr(colon + 1)); n && *n >= 0 && *n <= 65535)
        c.port = static_cast<std::uint16_t>(*n);
    }
  }
  if (const char* enforce = environment("ENFORCE_IAM"); enforce && truthy(enforce)) {
    const char* soft = environment("IAM_SOFT_MODE");
    c.auth = soft && truthy(soft) ? Config::Auth::warn : Config::Auth::enforce;
  }
  if (const char* persistence = environment("PERSISTENCE")) c.ephemeral = !truthy(persistence);
  if (const char* debug = environment("DEBUG"); debug && truthy(debug)) c.log_level = "debug";
  if (const char* level = environment("LS_LOG")) c.log_level = level;
  if (const char* host = environment("SMTP_HOST"); host && *host) {
    const char* user = environment("SMTP_USER");
    const char* password = environment("SMTP_PASS");
    c.smtp = user && *user
                 ? "smtp://" + url_encode(user) + ":" + url_encode(password ? password : "") + "@" + host
                 : host;
  }
  if (const char* sender = environment("SNS_SES_SENDER_ADDRESS"); sender && *sender) c.mail_from = sender;
  if (const char* strategy = environment("SQS_ENDPOINT_STRATEGY"))
    c.queue_urls = queue_urls_of(strategy).value_or(Config::QueueUrls::plain);  // "dynamic", "off"
  if (const char* delay = environment("SQS_DELAY_PURGE_RETRY"))
    c.purge_interval_seconds = truthy(delay) ? 60 : 0;
  if (const char* delay = environment("SQS_DELAY_RECENTLY_DELETED"))
    c.recreate_interval_seconds = truthy(delay) ? 60 : 0;
  if (const char* keep = environment("LAMBDA_KEEPALIVE_MS"))
    if (const auto ms = parse_int(keep); ms && *ms > 0)
      c.function_idle_seconds = static_cast<int>(*ms / 1000);
}

}  // namespace puddle
