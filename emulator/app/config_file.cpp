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

/// Names of the file that are flags, but no settings of the daemon.
bool is_setting(std::string_view name) { return name != "help" && name != "config" && name != "template"; }

/// Gives the flag of that name its value. The error is a message.
Result<bool> set(UpOptions& options, const std::string& name, const std::string& value) {
  CLI::App app;
  add_up_flags(app, options);
  for (CLI::Option* option : app.get_options()) option->envname("");
  const CLI::Option* option = is_setting(name) ? app.get_option_no_throw("--" + name) : nullptr;
  if (option == nullptr) return Failure("unknown setting " + name);
  // The parser takes its arguments last first.
  std::vector<std::string> arguments{value, "--" + name};
  if (option->get_items_expected_max() == 0) arguments = {"--" + name + "=" + value};
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& e) {
    return Failure(e.what());
  }
  return true;
}

const char* environment(const char* name) {
  if (const char* value = std::getenv(name)) return value;
  return std::getenv((std::string("LOCALSTACK_") + name).c_str());
}

}  // namespace

Result<bool> apply_config_file(const std::string& path, UpOptions& options) {
  const auto at = [&](const YAML::Mark& mark, const std::string& message) {
    return Failure(path + ":" + std::to_string(mark.line + 1) + ": " + message);
  };
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (root.IsNull()) return true;
    if (!root.IsMap()) return at(root.Mark(), "settings are a mapping of names to values");
    for (const auto& entry : root) {
      const std::string name = entry.first.as<std::string>();
      if (!entry.second.IsScalar()) return at(entry.first.Mark(), name + " must be a single value");
      if (const auto done = set(options, name, entry.second.as<std::string>()); !done)
        return at(entry.first.Mark(), done.error().message);
    }
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
