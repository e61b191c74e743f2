#include "app/daemon.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "app/deploy.hpp"
#include "app/parts.hpp"
#include "app/program_pages.hpp"
#include "app/services.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "inbox/inbox.hpp"
#include "puddle/emulator.hpp"
#include "puddle/version.hpp"

namespace puddle {
namespace {

namespace fs = std::filesystem;
constexpr Duration kShutdownLimit = std::chrono::seconds(5);

Durability durability_of(const Config& c) {
  if (c.ephemeral || c.durability == Config::Durability::memory) return Durability::memory;
  return c.durability == Config::Durability::disk ? Durability::disk : Durability::process;
}

AuthMode auth_of(const Config& c) {
  if (c.auth == Config::Auth::off) return AuthMode::off;
  return c.auth == Config::Auth::enforce ? AuthMode::enforce : AuthMode::warn;
}

std::string default_stack(const std::string& file) {
  std::string name = fs::absolute(file).parent_path().filename().string();
  for (char& c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) c = '-';
  const bool letter =
      !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z'));
  return letter ? name : "stack-" + name;
}

}  // namespace

Daemon::Daemon(Config config) : config_(std::move(config)), pool_(loop_), http_(loop_, loop_.context()) {
  if (const auto level = parse_level(config_.log_level)) set_log_level(*level);
  if (!config_.template_file.empty()) {
    // A bad template is said before anything is opened.
    if (const auto packaged = package_template(config_.template_file); !packaged)
      throw StartError(packaged.error().message);
    if (config_.stack_name.empty()) config_.stack_name = default_stack(config_.template_file);
  }
  try {
    open_listener();
    make_scratch();
    make_engine();
    start_mail();
  } catch (const StoreOpenError& e) {
    throw StartError(e.what());
  }
}

Daemon::~Daemon() {
  tasks_.cancel();
  listener_.reset();
  gateway_.reset();
  engine_.reset();
  functions_.reset();
  mail_.reset();
  std::error_code ignored;
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

void Daemon::open_listener() {
  ListenOptions options;
  options.address = config_.host;
  options.port = config_.port;
  options.max_connections = static_cast<std::size_t>(config_.max_connections);
  auto opened = http_.listen(options, [this](HttpRequest request, Respond respond) {
    gateway_->handle(std::move(request), std::move(respond));
  });
  if (!opened)
    throw StartError("cannot listen on " + config_.host + ":" + std::to_string(config_.port) + ": " +
                     opened.error().message + " (choose another with --port)");
  listener_ = std::move(*opened);
  const std::string host = config_.host == "0.0.0.0" ? "127.0.0.1" : config_.host;
  endpoint_ = "http://" + host + ":" + std::to_string(listener_->port());
}

void Daemon::make_scratch() {
  std::string name = (fs::temp_directory_path() / "puddle-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw StartError("cannot create a temporary directory " + name);
  scratch_ = name;
}

void Daemon::make_engine() {
  EngineOptions options;
  options.store.directory = config_.ephemeral ? std::string() : config_.data_dir;
  options.store.durability = durability_of(config_);
  options.auth = auth_of(config_);
  options.migrations.push_back(Inbox::migration());
  Settings& s = options.settings;
  s.account = config_.account;
  s.region = config_.region;
  s.endpoint = endpoint_;
  s.mail_from = config_.mail_from;
  s.data_directory = options.store.directory;
  s.scratch_directory = scratch_;
  s.queue_urls = static_cast<QueueUrls>(config_.queue_urls);
  s.purge_interval = std::chrono::seconds(config_.purge_interval_seconds);
  s.recreate_interval = std::chrono::seconds(config_.recreate_interval_seconds);
  s.inbox_confirm = config_.inbox_confirm.value_or(!config_.template_file.empty());
  s.function_concurrency = config_.function_concurrency;
  s.throttle = config_.throttle;
  s.table_transition = std::chrono::milliseconds(config_.table_transition_ms);
  s.function_settle_time = std::chrono::milliseconds(config_.function_settle_ms);
  s.function_idle_timeout = std::chrono::seconds(config_.function_idle_seconds);
  s.hop = [this](std::string_view hop, std::string_view detail) {
    if (!print) return;
    const std::string at = iso8601(loop_.now());
    print(at.substr(11, 12) + "  " + std::string(hop) + "  " + std::string(detail));
  };
  functions_ = FunctionParts::make(loop_, http_, pool_, scratch_);
  mail_ = MailParts::make(loop_, pool_, config_);
  EnginePorts ports{loop_, entropy_, &pool_, mail_->mailer(), functions_->host()};
  engine_ = std::make_unique<Engine>(ports, std::move(options), all_services());
  Gateway::Options gateway;
  gateway.auth = auth_of(config_);
  gateway.control.version = kVersion;
  gateway.control.reset = [this] { engine_->reset(); };
  gateway.control.advance_clock = [this](Duration by) { advance_clock(by); };
  const Gateway::Parts parts{engine_->dispatcher(),
                             engine_->authenticator(),
                             engine_->settings(),
                             engine_->store(),
                             loop_,
                             entropy_};
  gateway_ = std::make_unique<Gateway>(parts, std::move(gateway));
  engine_->start();
}

void Daemon::start_mail() {
  const std::string problem = mail_->start(engine_->store(), entropy_, engine_->settings(),
                                           [this](const std::string& link) { follow_link(link); });
  if (!problem.empty()) throw StartError(problem);
  mail_->mount(*gateway_);
}

/// Opens a confirmation link of the inbox as a browser would: through the gateway, unsigned.
void Daemon::follow_link(const std::string& link) {
  if (!link.starts_with(endpoint_ + "/")) return;
  HttpRequest request;
  request.method = "GET";
  request.target = link.substr(endpoint_.size());
  request.headers.add("Host", endpoint_.substr(7));
  request.peer = "127.0.0.1";
  gateway_->handle(std::move(request), [](const HttpResponse& response) {
    if (response.status != 200)
      log(Level::warn, "inbox", "a confirmation link answered " + std::to_string(response.status));
  });
}

void Daemon::announce(const std::string& api_url) {
  if (!print) return;
  print("Puddle " + std::string(kVersion) + " on " + endpoint_ +
        (config_.ephemeral ? " (ephemeral)" : " (data in " + config_.data_dir + ")"));
  if (!api_url.empty())
    print("Try     curl -X POST " + api_url +
          " -H 'Content-Type: application/json' -d '{\"item\":\"latex gloves\",\"customerID\":\"12345\"}'");
  if (!mail_->description().empty()) print("Mail    " + mail_->description());
  print("Inbox   " + endpoint_ + "/_puddle/inbox");
  print("Ready.");
}

/// Most of what an idle daemon has in memory is code that only its start needed. A debugger's breakpoints are
/// in these pages too, so a debug build keeps them.
void Daemon::settle() {
#ifdef NDEBUG
  loop_.at(loop_.now() + std::chrono::milliseconds(600), [] { drop_program_pages(); });
#endif
}

Task<> Daemon::deploy_and_announce() {
  std::string url;
  if (!config_.template_file.empty()) {
    auto packaged = package_template(config_.template_file);
    DeployOutcome outcome;
    if (packaged) {
      DeployRequest request;
      request.template_file = config_.template_file;
      request.stack_name = config_.stack_name;
      request.parameters = config_.parameters;
      request.replace = config_.replace;
      PackagedTemplate package = std::move(*packaged);
      Task<DeployOutcome> work = deploy_template(engine_->dispatcher(), loop_, engine_->settings(),
                                                 std::move(request), std::move(package));
      outcome = co_await std::move(work);
    } else {
      outcome.message = packaged.error().message;
    }
    if (!outcome.good) {
      log(Level::error, "up", outcome.message);
      exit_code_ = 1;
      loop_.post([this] { stop(); });
      co_return;
    }
    url = outcome.api_url;
  }
  Task<std::string> creating = create_functions();
  const std::string problem = co_await std::move(creating);
  if (!problem.empty()) {
    log(Level::error, "up", problem);
    exit_code_ = 1;
    loop_.post([this] { stop(); });
    co_return;
  }
  announce(url);
  settle();
}

int Daemon::run() {
  loop_.on_signal([this](int) {
    if (std::exchange(stopping_, true)) std::_Exit(130);  // asked twice: at once
    shut_down();
  });
  loop_.post([this] { tasks_.spawn(deploy_and_announce()); });
  loop_.run();
  engine_->stop();
  if (engine_->store().broken()) {
    log(Level::error, "store", engine_->store().broken_reason());
    return 1;
  }
  return exit_code_;
}

void Daemon::stop() {
  if (std::exchange(stopping_, true)) return;
  shut_down();
}

void Daemon::shut_down() {
  // Waiting calls would hold the drain: they are answered first. What still runs after the limit is cut off.
  loop_.at(loop_.now() + kShutdownLimit, [this] { loop_.stop(); });
  engine_->stop();
  listener_->drain([this] { loop_.stop(); });
}

}  // namespace puddle
