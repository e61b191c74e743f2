#include "hosts/process_host.hpp"

#include "hosts/api_reply.hpp"
#include "hosts/environment.hpp"

namespace puddle {

ProcessHost::ProcessHost(AsioLoop& loop, HttpServer& http, Pool& pool, std::string scratch)
    : context_{loop, http, pool, scratch, std::make_shared<HostContext::Shared>(scratch), {}, {}},
      self_(std::make_shared<ProcessHost*>(this)) {}

ProcessHost::~ProcessHost() {
  self_.reset();
  for (auto& [id, environment] : environments_) environment->stop([] {});
}

void ProcessHost::expect(const std::string& runtime) {
  if (const auto it = expected_.find(runtime); it != expected_.end()) {
    if (!it->second.empty()) warm_pool(runtime, it->second);
    return;
  }
  expected_[runtime] = {};
  auto command = std::make_shared<std::vector<std::string>>();
  context_.pool.run(
      [shared = context_.shared, runtime, command] {
        *command = shared->runtimes.pool(runtime);
        if (!command->empty()) shared->ability();
      },
      [weak = std::weak_ptr(self_), runtime, command] {
        const auto self = weak.lock();
        if (!self || command->empty()) return;
        (*self)->expected_[runtime] = *command;
        (*self)->warm_pool(runtime, *command);
      });
}

void ProcessHost::warm_pool(const std::string& runtime, const std::vector<std::string>& command) {
  if (runtime.starts_with("nodejs"))
    context_.node_pool(command).warm();
  else
    context_.python_pool(command[0]).warm();
}

bool ProcessHost::warm(const std::string& runtime) const {
  const auto it = expected_.find(runtime);
  if (it == expected_.end() || it->second.empty()) return false;
  if (const auto node = context_.node_pools.find(it->second); node != context_.node_pools.end())
    return node->second->waiting();
  const auto pool = context_.python_pools.find(it->second[0]);
  return pool != context_.python_pools.end() && pool->second->ready();
}

FunctionHost::EnvironmentId ProcessHost::start(EnvironmentSpec spec, Events events) {
  const EnvironmentId id = next_++;
  auto environment = std::make_shared<Environment>(context_, id, std::move(spec), std::move(events));
  environments_[id] = environment;
  environment->start();
  return id;
}

void ProcessHost::invoke(EnvironmentId id, Invocation invocation,
                         std::function<void(InvocationOutcome)> done) {
  const auto it = environments_.find(id);
  if (it != environments_.end()) return it->second->invoke(std::move(invocation), std::move(done));
  InvocationOutcome gone;
  gone.kind = InvocationOutcome::Kind::exited;
  gone.error_type = "Runtime.ExitError";
  gone.environment_alive = false;
  gone.payload = error_json(gone.error_type, "RequestId: " + invocation.request_id +
                                                 " Error: Runtime exited without providing a reason");
  context_.loop.post([gone, done = std::move(done)] { done(gone); });
}

void ProcessHost::stop(EnvironmentId id) {
  auto node = environments_.extract(id);
  if (node.empty()) return;
  const std::shared_ptr<Environment> environment = node.mapped();
  leaving_.insert(std::move(node));
  environment->stop([weak = std::weak_ptr(self_), id] {
    const auto self = weak.lock();
    if (!self) return;
    // Not inside the environment's own code.
    (*self)->context_.loop.post([weak, id] {
      if (const auto host = weak.lock()) (*host)->leaving_.erase(id);
    });
  });
}

}  // namespace puddle
