#include "app/engine.hpp"

#include <utility>

#include "base/log.hpp"

namespace puddle {

/// Stands in for IAM while the services are built, and for good where a composition has none.
struct Engine::Late final : PolicySource {
  const PolicySource* source = nullptr;
  std::optional<Role> role(std::string_view arn) const override {
    return source ? source->role(arn) : std::nullopt;
  }
  std::vector<Policy> policies(const Principal& p) const override {
    return source ? source->policies(p) : std::vector<Policy>();
  }
  std::optional<Key> access_key(std::string_view id) const override {
    return source ? source->access_key(id) : std::nullopt;
  }
};

Engine::Engine(EnginePorts ports, EngineOptions options, const std::vector<ServiceFactory>& factories)
    : settings_(std::move(options.settings)) {
  store_ = std::make_unique<Store>(ports.loop, ports.pool, std::move(options.store));
  jobs_ = std::make_unique<Jobs>(ports.loop, *store_);
  feeds_ = std::make_unique<FeedSignals>(ports.loop, *store_);
  late_ = std::make_unique<Late>();
  authenticator_ =
      std::make_unique<Authenticator>(ports.entropy, *store_, *late_, settings_.account, settings_.region);
  authorizer_ = std::make_unique<PolicyAuthorizer>(
      *late_, options.auth,
      [mode = options.auth](const Call& call, std::string_view action, std::string_view resource,
                            const std::string& reason) {
        PUDDLE_LOG(warn, "auth",
                   std::string(mode == AuthMode::enforce ? "denied " : "AWS would deny ") +
                       std::string(action) + " on " + std::string(resource) + " for " + call.principal.arn +
                       ": " + reason);
      });
  dispatcher_ = std::make_unique<Dispatcher>(ports.loop, ports.entropy, *store_, *authorizer_, settings_,
                                             std::move(options.dispatcher));
  Deps deps{ports.loop,   ports.entropy, *store_,         *jobs_,   *dispatcher_,
            *authorizer_, *late_,        *authenticator_, settings_};
  deps.feeds = feeds_.get();
  deps.resource_types = &resource_types_;
  deps.pool = ports.pool;
  deps.mailer = ports.mailer;
  deps.functions = ports.functions;
  std::vector<Migration> migrations{Jobs::migration(), Authenticator::migration()};
  for (Migration& m : options.migrations) migrations.push_back(std::move(m));
  for (const ServiceFactory make : factories) {
    std::unique_ptr<Service> service = make(deps);
    for (Migration& m : service->migrations()) migrations.push_back(std::move(m));
    if (const auto* source = dynamic_cast<const PolicySource*>(service.get())) late_->source = source;
    for (ResourceType& type : service->resource_types()) resource_types_.push_back(std::move(type));
    dispatcher_->add(*service);
    services_.push_back(std::move(service));
  }
  store_->migrate(migrations);
}

Engine::~Engine() {
  stop();
  // Newest first: a service may hold what an older one handed out.
  while (!services_.empty()) services_.pop_back();
}

void Engine::start() {
  authenticator_->load();
  for (const auto& service : services_) service->load();
  for (const auto& service : services_) service->start();
  jobs_->start();
  running_ = true;
}

void Engine::stop() {
  if (!std::exchange(running_, false)) return;
  for (const auto& service : services_) service->stop();
  jobs_->stop();
  dispatcher_->drop_waiting();
  store_->commit_now();
}

void Engine::reset() {
  stop();
  store_->wipe();
  store_->commit_now();
  start();
}

}  // namespace puddle
