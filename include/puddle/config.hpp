// Config: every setting of a Puddle daemon, with defaults that work. Values only; nothing here opens or
// checks anything.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace puddle {

struct Config {
  enum class Durability { memory, process, disk };
  enum class Auth { off, warn, enforce };
  enum class QueueUrls { plain, standard, domain, path };

  std::string host = "127.0.0.1";
  std::uint16_t port = 4566;        ///< 0 takes a free one
  std::uint16_t inbox_port = 1025;  ///< SMTP of the built-in inbox; 0 takes a free one
  std::string data_dir = ".puddle";
  bool ephemeral = false;  ///< nothing is kept; data_dir is not touched
  Durability durability = Durability::process;
  Auth auth = Auth::warn;
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string smtp;  ///< "host:port", "smtps://user:password@host:port"; empty: the built-in inbox
  std::string mail_from = "no-reply@sns.amazonaws.com";
  std::optional<bool> inbox_confirm;  ///< follow confirmation links; default: on with a template, off without
  QueueUrls queue_urls = QueueUrls::plain;  ///< the form that SQS gives; every form is understood
  int purge_interval_seconds = 60;          ///< between two PurgeQueue of a queue; 0: no rule
  int recreate_interval_seconds = 60;       ///< between DeleteQueue and CreateQueue of a name; 0: no rule
  std::string log_level = "warn";

  std::string template_file;  ///< deployed at start; empty: none
  std::string stack_name;     ///< default: the template's folder
  std::map<std::string, std::string> parameters;
  bool replace = false;  ///< delete an existing stack when the template has changed
  int max_connections = 4096;
  int function_concurrency = 10;  ///< function environments at a time
  int function_idle_seconds = 600;
  int function_settle_ms = 5;   ///< how long functions are Pending, mappings Creating, updates InProgress
  bool throttle = false;        ///< DynamoDB tables are held to their provisioned throughput
  int table_transition_ms = 1;  ///< how long DynamoDB tables are CREATING ...; 0: not at all
};

}  // namespace puddle
