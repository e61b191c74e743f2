#include "services/lambda/event_sources/event_sources.hpp"

#include "aws/arn.hpp"
#include "services/lambda/lambda.hpp"

namespace puddle::lambda {

struct EventSources::Source {
  explicit Source(FeedSignals* f) : feeds(f) {}
  ~Source() {
    if (subscription) feeds->unsubscribe(subscription);
  }
  FeedSignals* feeds;
  FeedSignals::Subscription subscription = 0;
  TaskGroup poller;
};

EventSources::EventSources(Lambda& service) : service_(service) {}
EventSources::~EventSources() = default;

void EventSources::update(const Mapping& m) {
  const std::string uuid = m.config.uuid;
  stop(uuid);
  if (!m.enabled()) return;
  auto& source = sources_[uuid];
  source = std::make_unique<Source>(service_.deps.feeds);
  auto state = std::make_shared<SourceState>(service_.deps.loop);
  if (m.streams()) {
    source->subscription = service_.deps.feeds->subscribe(m.config.source_arn, [state] {
      state->fresh = true;
      state->changed.raise_all();
    });
  }
  // The mapping is being written now; its poller looks for it when it is there.
  TaskGroup* group = &source->poller;
  const bool streams = m.streams();
  service_.deps.store.when_committed([this, uuid, group, state, streams](bool good) {
    const auto it = sources_.find(uuid);
    if (!good || it == sources_.end() || &it->second->poller != group) return;
    group->spawn(streams ? poll_stream(service_, uuid, state) : poll_queue(service_, uuid, state));
  });
}

void EventSources::stop(const std::string& uuid) { sources_.erase(uuid); }
void EventSources::stop_all() { sources_.clear(); }

ClientCall role_call(Lambda& service, const Function& f, std::string service_name, std::string operation,
                     wire::Map input, const std::string& source_arn) {
  const auto arn = Arn::parse(source_arn);
  ClientCall call;
  call.service = std::move(service_name);
  call.operation = std::move(operation);
  call.input = Value(std::move(input));
  call.principal = service.role_of(f);
  call.account = arn->account;
  call.region = arn->region;
  return call;
}

}  // namespace puddle::lambda
