#include "services/lambda/event_sources/event_sources.hpp"

#include <algorithm>

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
  TaskGroup pollers;
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
  state->filter = RecordFilter::make(m.config.filters);
  if (m.streams()) {
    source->subscription = service_.deps.feeds->subscribe(m.config.source_arn, [state] {
      ++state->news;
      state->changed.raise_all();
    });
  }
  // The mapping is being written now; its pollers look for it when it is there.
  TaskGroup* group = &source->pollers;
  const int lanes = m.streams() ? std::max(1, m.config.parallel.value_or(1)) : 0;
  service_.deps.store.when_committed([this, uuid, group, state, lanes](bool good) {
    const auto it = sources_.find(uuid);
    if (!good || it == sources_.end() || &it->second->pollers != group) return;
    if (lanes == 0) group->spawn(poll_queue(service_, uuid, state));
    for (int lane = 0; lane < lanes; ++lane) group->spawn(poll_lane(service_, uuid, lane, lanes, state));
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

void note_result(Lambda& service, const std::string& uuid, std::string result) {
  const Mapping* m = service.find_mapping(uuid);
  if (!m || m->config.last_result == result) return;
  Mapping next = *m;
  next.config.last_result = std::move(result);
  service.deps.store.atomically([&] { service.note(std::move(next)); });
}

}  // namespace puddle::lambda
