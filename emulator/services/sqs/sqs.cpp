#include "services/sqs/sqs.hpp"

#include <algorithm>

#include "aws/arn.hpp"
#include "base/text.hpp"
#include "embedded/sqs/schema.sql.hpp"
#include "services/sqs/queue_url.hpp"

namespace puddle::sqs {

Sqs::Sqs(Deps d)
    : deps(d),
      records(d.store, [this] { recover_later(); }),
      deleted_names(d.store),
      move_tasks(*this),
      operations_(make_operations()),
      graveyard_(d.loop, d.store, records, table_) {}

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
  stop();
  deleted_names.load();
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
    q->purged_id = rows.integer(9);
    q->group_scope = rows.integer(10) != 0;
    q->arn = make_arn("sqs", q->region, q->account, q->name);
    q->configure(deps.loop.now());
    last_queue_ = std::max(last_queue_, q->id);
    const std::string account = q->account, region = q->region, name = q->name;
    Queue& placed = queues_.insert(account, region, name, std::move(q));
    by_id_[placed.id] = &placed;
  });
  load_messages();
  move_tasks.load();
}

void Sqs::stop() {
  graveyard_.stop();
  move_tasks.stop();
  if (sweeping_) deps.loop.cancel(sweeping_);
  sweeping_ = 0;
  queues_.clear();  // ends every poll with "gone"
  by_id_.clear();
  table_.clear();
  last_queue_ = last_message_ = mark_ = 0;
}

std::string Sqs::resource_policy(const std::string& arn) const {
  const auto* queue = const_cast<Sqs*>(this)->find_arn(arn);
  if (!queue) return {};
  const auto it = queue->attributes.find("Policy");
  return it == queue->attributes.end() ? std::string() : it->second;
}

Queue& Sqs::require(const Call& call, const std::optional<std::string>& url) {
  if (!url || url->empty()) throw kMissingParameter("The request must contain the parameter QueueUrl.");
  if (last_url_.first != *url) last_url_ = {*url, parse_queue_url(*url)};
  const QueueUrl& parts = last_url_.second;
  if (Queue* queue = find(parts.account.empty() ? call.account : parts.account,
                          parts.region.empty() ? call.region : parts.region, parts.name))
    return *queue;
  throw no_such_queue(call);
}

AwsError Sqs::no_such_queue(const Call& call) {
  return kQueueDoesNotExist(call.query_protocol ? "The specified queue does not exist for this wsdl version."
                                                : "The specified queue does not exist.");
}

Queue* Sqs::find(const std::string& account, const std::string& region, const std::string& name) {
  check_sound();
  return queues_.find(account, region, name);
}

std::vector<Queue*> Sqs::in(const Call& call) {
  check_sound();
  return queues_.in(call.account, call.region);
}

void Sqs::check_sound() const {
  if (recovering_)
    throw AwsError("ServiceUnavailable", "A write failed; the queues are being read again.", 503);
}

Queue* Sqs::find_arn(const std::string& text) {
  const auto arn = Arn::parse(text);
  return arn && arn->service == "sqs" ? find(arn->account, arn->region, arn->resource) : nullptr;
}

std::string Sqs::url_of(const Call& call, const Queue& queue) const {
  return make_queue_url(deps.settings.queue_urls, call.endpoint, queue.region, queue.account, queue.name);
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
  const auto scope = q->attributes.find("DeduplicationScope");
  q->group_scope = scope != q->attributes.end() && scope->second == "messageGroup";
  q->configure(call.now);
  records.put(*q);
  Queue& placed = queues_.insert(call.account, call.region, name, std::move(q));
  by_id_[placed.id] = &placed;
  return placed;
}

void Sqs::drop(Queue& queue) {
  records.drop(queue.id);
  move_tasks.drop(queue.arn);
  by_id_.erase(queue.id);
  discard_messages(queue);
  const std::string account = queue.account, region = queue.region, name = queue.name;
  queues_.erase(account, region, name);
}

bool Sqs::is_dead_letter_queue(const Queue& queue) const {
  return std::any_of(by_id_.begin(), by_id_.end(), [&](const auto& item) {
    const auto& redrive = item.second->redrive();
    return redrive && redrive->target_arn == queue.arn;
  });
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Sqs>(deps); }

}  // namespace puddle::sqs
