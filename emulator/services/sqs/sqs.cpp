#include "services/sqs/sqs.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "embedded/sqs/schema.sql.hpp"

namespace puddle::sqs {

Sqs::Sqs(Deps d) : deps(d), records(d.store), operations_(make_operations()) {}

const wire::ServiceWire& Sqs::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "sqs";
    w.protocol = wire::Protocol::json_1_0;
    w.query_compatible = true;
    w.target_prefix = "AmazonSQS";
    w.api_version = "2012-11-05";
    w.xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/";
    w.error_namespace = "com.amazonaws.sqs#";
    return w;
  }();
  return description;
}

AwsError Sqs::access_denied(std::string message) const {
  wire::Fault fault;
  fault.code = "AccessDeniedException";
  fault.query_code = "AccessDenied";
  fault.message = std::move(message);
  fault.status = 403;
  return AwsError(std::move(fault));
}

std::vector<Migration> Sqs::migrations() const { return {{"sqs", 1, std::string(embedded::kSqsSchema)}}; }

void Sqs::load() {
  queues_.clear();
  by_id_.clear();
  records.load_queues([this](Rows& rows) {
    auto q = std::make_unique<Queue>(deps.loop);
    q->id = rows.integer(0);
    q->account = rows.text(1);
    q->region = rows.text(2);
    q->name = rows.text(3);
    q->created = rows.time(4);
    q->modified = rows.time(5);
    q->attributes = parse_map(rows.view(6));
    q->tags = parse_map(rows.view(7));
    q->purged = rows.time(8);
    q->arn = make_arn("sqs", q->region, q->account, q->name);
    last_queue_ = std::max(last_queue_, q->id);
    const std::string account = q->account, region = q->region, name = q->name;
    Queue& placed = queues_.insert(account, region, name, std::move(q));
    by_id_[placed.id] = &placed;
  });
  records.load_messages([this](std::int64_t queue, Message m) {
    last_message_ = std::max(last_message_, m.id);
    if (const auto it = by_id_.find(queue); it != by_id_.end()) it->second->add(std::move(m));
  });
}

void Sqs::stop() {
  queues_.clear();  // wakes every waiter with "gone"
  by_id_.clear();
}

std::string Sqs::resource_policy(const std::string& arn) const {
  const auto* queue = const_cast<Sqs*>(this)->find_arn(arn);
  if (!queue) return {};
  const auto it = queue->attributes.find("Policy");
  return it == queue->attributes.end() ? std::string() : it->second;
}

Queue& Sqs::require(const Call& call, const std::optional<std::string>& url) {
  if (!url || url->empty()) throw kMissingParameter("The request must contain the parameter QueueUrl.");
  const auto parts = split(*url, '/');
  const std::string name(parts.back());
  const bool has_account = parts.size() > 1 && parts[parts.size() - 2].size() == 12;
  const std::string account = has_account ? std::string(parts[parts.size() - 2]) : call.account;
  if (Queue* queue = find(account, call.region, name)) return *queue;
  throw kQueueDoesNotExist(call.query_protocol ? "The specified queue does not exist for this wsdl version."
                                               : "The specified queue does not exist.");
}

Queue* Sqs::find(const std::string& account, const std::string& region, const std::string& name) {
  return queues_.find(account, region, name);
}

Queue* Sqs::find_arn(const std::string& text) {
  const auto arn = Arn::parse(text);
  return arn && arn->service == "sqs" ? find(arn->account, arn->region, arn->resource) : nullptr;
}

std::string Sqs::url_of(const Call& call, const Queue& queue) const {
  return call.endpoint + "/" + queue.account + "/" + queue.name;
}

Queue& Sqs::create(const Call& call, const std::string& name, std::map<std::string, std::string> attributes,
                   std::map<std::string, std::string> tags) {
  auto q = std::make_unique<Queue>(deps.loop);
  q->id = ++last_queue_;
  q->account = call.account;
  q->region = call.region;
  q->name = name;
  q->arn = make_arn("sqs", call.region, call.account, name);
  q->created = q->modified = call.now;
  q->attributes = std::move(attributes);
  q->tags = std::move(tags);
  records.put(*q);
  Queue& placed = queues_.insert(call.account, call.region, name, std::move(q));
  by_id_[placed.id] = &placed;
  return placed;
}

void Sqs::drop(Queue& queue) {
  records.drop(queue.id);
  by_id_.erase(queue.id);
  const std::string account = queue.account, region = queue.region, name = queue.name;
  queues_.erase(account, region, name);
}

const Message& Sqs::enqueue(Queue& queue, Message message) {
  message.id = ++last_message_;
  const std::int64_t key = message.id;
  records.insert(queue.id, message);
  queue.add(std::move(message));
  wake_later(queue);
  return *queue.find(key);
}

void Sqs::expire(Queue& queue, Time now) {
  for (const std::int64_t key : queue.expired(now, 1000)) {
    records.remove(queue.id, key);
    queue.remove(key);
  }
}

std::vector<Message*> Sqs::receive(Queue& queue, Time now, std::size_t n, Duration visibility) {
  expire(queue, now);
  const auto redrive = queue.redrive();
  Queue* dead = redrive ? find_arn(redrive->target_arn) : nullptr;
  std::vector<Message*> out;
  while (out.size() < n) {
    const auto ids = queue.ready(now, n - out.size());
    if (ids.empty()) break;
    for (const std::int64_t key : ids) {
      Message& m = *queue.find(key);
      if (dead && m.received >= redrive->max_receives) {
        Message moved = m;
        moved.source = queue.arn;
        moved.visible = now;
        moved.receipt = 0;
        records.remove(queue.id, key);
        records.insert(dead->id, moved);
        queue.remove(key);
        dead->add(std::move(moved));
        wake_later(*dead);
        continue;
      }
      Message next = m;  // the row first: memory changes when it cannot fail any more
      if (next.received++ == 0) next.first_received = now;
      next.receipt = std::max(next.receipt + 1, to_millis(now));
      next.visible = now + visibility;
      records.update(queue.id, next);
      m.received = next.received;
      m.first_received = next.first_received;
      m.receipt = next.receipt;
      // A time-out of zero keeps the message visible: it must not be taken twice in this call.
      queue.move(m, std::max(next.visible, now + 1ms));
      out.push_back(&m);
    }
  }
  return out;
}

void Sqs::remove(Queue& queue, std::int64_t message) {
  records.remove(queue.id, message);
  queue.remove(message);
}

void Sqs::set_visibility(Queue& queue, Message& message, Time visible) {
  Message next = message;
  next.visible = visible;
  records.update(queue.id, next);
  queue.move(message, visible);
  wake_later(queue);
}

void Sqs::purge(Queue& queue, Time now) {
  records.clear(queue.id);
  queue.clear();
  queue.purged = now;
  records.put(queue);
}

void Sqs::wake_later(const Queue& queue) {
  if (!queue.changed.has_waiters()) return;
  deps.store.when_committed([this, key = queue.id](bool ok) {
    const auto it = by_id_.find(key);
    if (ok && it != by_id_.end()) it->second->wake(deps.loop.now());
  });
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Sqs>(deps); }

}  // namespace puddle::sqs
