// A random walk of operations and time steps against a small model of a queue, standard and FIFO, with
// restarts in between: what was built anew from the rows must answer as what was there before.
//
//     PUDDLE_SEED=17 build/dev/tests/scenario/sqs/scenario_sqs "walk: *"    repeats a walk
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

/// What AWS promises, as plainly as it can be said: a list that is looked through.
struct Model {
  struct Item {
    std::string id, body, group, handle;
    std::int64_t sent = 0, visible = 0;
    int received = 0;
  };
  bool fifo = false;
  std::int64_t delay = 0, retention = 0;  // milliseconds
  int max_receives = 3;
  std::vector<Item> items;  // by arrival
  std::vector<Item> dead;
  std::map<std::string, std::int64_t> seen;

  void expire(std::int64_t now) {
    std::erase_if(items, [&](const Item& i) { return i.sent + retention <= now; });
    std::erase_if(dead, [&](const Item& i) { return i.sent + retention <= now; });
  }
  /// Whether it is a duplicate, by the body.
  bool duplicate(const std::string& body, std::int64_t now) const {
    const auto it = fifo ? seen.find(body) : seen.end();
    return it != seen.end() && it->second + 300'000 > now;
  }
  void send(const std::string& id, const std::string& body, const std::string& group, std::int64_t now,
            std::int64_t delayed) {
    seen[body] = now;
    items.push_back({id, body, group, "", now, now + (fifo ? delay : delayed), 0});
  }
  /// FIFO: nobody of its group is before it, or all of those are in the same receive.
  bool free(std::size_t at, std::int64_t now) const {
    if (items[at].visible > now) return false;
    for (std::size_t i = 0; fifo && i < at; ++i)
      if (items[i].group == items[at].group && items[i].visible > now) return false;
    return true;
  }
  std::vector<std::string> receivable(std::int64_t now) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (free(i, now)) out.push_back(items[i].id);
    return out;
  }
  Item* find(const std::string& id) {
    const auto it = std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.id == id; });
    return it == items.end() ? nullptr : &*it;
  }
  std::vector<int> counts(std::int64_t now) const {
    std::vector<int> out(3);
    for (const Item& i : items) ++out[i.visible <= now ? 0 : i.received > 0 ? 1 : 2];
    return out;
  }
};

class Walk {
 public:
  Walk(bool fifo, std::uint64_t seed) : random_(seed) {
    m_.fifo = fifo;
    m_.retention = fifo ? 400'000 : 120'000;
    const std::string suffix = fifo ? ".fifo" : "";
    const std::string retention = std::to_string(m_.retention / 1000);
    dead_ = q_.create("dead" + suffix, Map{{"MessageRetentionPeriod", Value(retention)}});
    url_ = q_.create("q" + suffix,
                     Map{{"MessageRetentionPeriod", Value(retention)}, {"VisibilityTimeout", "7"}});
    q_.set(url_, Map{{"RedrivePolicy", Value(Queues::redrive("dead" + suffix, 3))}});
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      m_.expire(now());
      REQUIRE(q_.counts(url_) == m_.counts(now()));
      REQUIRE(q_.counts(dead_)[0] == static_cast<int>(m_.dead.size()));
    }
  }

 private:
  std::int64_t now() const { return to_millis(q_.w.loop.now()); }
  int pick(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        return send();
      case 3:
      case 4:
      case 5:
        return receive();
      case 6:
      case 7:
        return remove();
      case 8:
        return change();
      case 9:
        return q_.restart();
      case 10:
        if (pick(40) == 0) return purge();
        if (m_.fifo && pick(10) == 0) return redelay();
        return send();
      default:
        q_.advance(Duration(pick(3) == 0 ? pick(30'000) : pick(2'000)));
    }
  }

  void send() {
    const std::string body = "m" + std::to_string(m_.fifo && pick(5) == 0 ? pick(next_ + 1) : next_++);
    const std::string group = pick(3) == 0 && !m_.fifo ? "" : "g" + std::to_string(pick(4));
    const int delay = m_.fifo || pick(3) ? 0 : pick(10);
    Map more;
    if (!group.empty()) more["MessageGroupId"] = Value(group);
    if (m_.fifo) more["MessageDeduplicationId"] = Value(body);
    if (!m_.fifo) more["DelaySeconds"] = Value(delay);
    const bool duplicate = m_.duplicate(body, now());
    const std::string id(q_.send(url_, body, std::move(more)).text_or("MessageId"));
    REQUIRE(ids_.insert(id).second == !duplicate);
    if (!duplicate) m_.send(id, body, group, now(), delay * 1000);
  }

  void receive() {
    m_.expire(now());
    const int max = 1 + pick(10), seconds = pick(4) ? 7 : pick(3);
    const auto free = m_.receivable(now());
    const auto got = q_.receive(url_, max, Map{{"VisibilityTimeout", Value(seconds)}});
    const int dead = q_.counts(dead_)[0];
    if (m_.fifo) check_order(got);
    for (const Got& g : got) {
      REQUIRE(std::find(free.begin(), free.end(), g.id) != free.end());
      Model::Item* i = m_.find(g.id);
      REQUIRE(i->received < m_.max_receives);
      REQUIRE(g.handle != i->handle);
      REQUIRE(g.count == std::to_string(++i->received));
      REQUIRE(g.sent == std::to_string(i->sent));
      i->visible = now() + seconds * 1000;
      i->handle = g.handle;
    }
    take_dead(static_cast<std::size_t>(dead));
    // As many as there were and as were asked for.
    const std::size_t wanted = std::min(static_cast<std::size_t>(max), free.size() - moved_last_);
    if (m_.fifo)
      REQUIRE(got.size() <= wanted);
    else
      REQUIRE(got.size() == wanted);
    if (wanted > 0 && moved_last_ == 0) REQUIRE(got.size() == wanted);
  }

  /// The model does not say which of the over-received ones moved; the dead-letter queue does.
  void take_dead(std::size_t size) {
    moved_last_ = 0;
    if (size == m_.dead.size()) return;
    std::vector<std::string> ids;
    auto* queue = q_.service().find_arn(Queues::arn(m_.fifo ? "dead.fifo" : "dead"));
    queue->messages().visit([&](const sqs::Message& m) {
      ids.push_back(sqs::to_text(m.message_id));
      return true;
    });
    for (const std::string& id : ids) {
      Model::Item* i = m_.find(id);
      if (!i) continue;
      REQUIRE(i->received >= m_.max_receives);
      REQUIRE(i->visible <= now());
      ++moved_last_;
      m_.dead.push_back(*i);
      if (m_.fifo) m_.dead.back().sent = now();
      m_.items.erase(m_.items.begin() + (i - m_.items.data()));
    }
    REQUIRE(m_.dead.size() == size);
  }

  /// Of each group a run from its first message on.
  void check_order(const std::vector<Got>& got) {
    std::map<std::string, std::vector<std::string>> by_group;
    for (const Got& g : got) by_group[g.group].push_back(g.id);
    for (const auto& [group, ids] : by_group) {
      std::size_t at = 0;
      for (const Model::Item& i : m_.items) {
        if (i.group != group || at == ids.size()) continue;
        if (i.id != ids[at] && i.received >= m_.max_receives) continue;  // moved
        REQUIRE(i.id == ids[at++]);
      }
      REQUIRE(at == ids.size());
    }
  }

  Model::Item* received_one() {
    std::vector<Model::Item*> all;
    for (Model::Item& i : m_.items)
      if (i.received > 0) all.push_back(&i);
    return all.empty() ? nullptr : all[static_cast<std::size_t>(pick(static_cast<int>(all.size())))];
  }

  void remove() {
    m_.expire(now());
    Model::Item* i = received_one();
    if (!i) return;
    const Map in{{"QueueUrl", Value(url_)}, {"ReceiptHandle", Value(i->handle)}};
    if (m_.fifo && i->visible <= now()) {
      q_.w.fails("sqs", "DeleteMessage", in);
      return;
    }
    q_.w.ok("sqs", "DeleteMessage", in);
    m_.items.erase(m_.items.begin() + (i - m_.items.data()));
  }

  void change() {
    m_.expire(now());
    Model::Item* i = received_one();
    if (!i) return;
    const int seconds = pick(15);
    Got g;
    g.handle = i->handle;
    if (m_.fifo && i->visible <= now()) {
      q_.w.fails("sqs", "ChangeMessageVisibility", Queues::changing(url_, g, seconds));
      return;
    }
    q_.change(url_, g, seconds);
    i->visible = now() + seconds * 1000;
  }

  void purge() {
    q_.advance(60s);
    q_.w.ok("sqs", "PurgeQueue", Map{{"QueueUrl", Value(url_)}});
    m_.items.clear();
    m_.seen.clear();
  }

  void redelay() {
    const int seconds = pick(5);
    q_.set(url_, Map{{"DelaySeconds", Value(std::to_string(seconds))}});
    m_.delay = seconds * 1000;
    for (Model::Item& i : m_.items)
      if (i.received == 0) i.visible = i.sent + m_.delay;
  }

  Queues q_;
  Model m_;
  std::mt19937_64 random_;
  std::string url_, dead_;
  std::set<std::string> ids_;
  int next_ = 0;
  std::size_t moved_last_ = 0;
};

std::uint64_t fresh_seed() {
  const char* given = std::getenv("PUDDLE_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

void walk(bool fifo, std::uint64_t seed, int steps) {
  INFO("PUDDLE_SEED=" << seed << " repeats this walk");
  Walk(fifo, seed).run(steps);
}

}  // namespace

TEST_CASE("walk: standard queue, fixed seeds") {
  for (const std::uint64_t seed : {1, 2, 3}) walk(false, seed, 1500);
}

TEST_CASE("walk: FIFO queue, fixed seeds") {
  for (const std::uint64_t seed : {1, 2, 3}) walk(true, seed, 1500);
}

TEST_CASE("walk: a fresh seed") {
  const std::uint64_t seed = fresh_seed();
  walk(false, seed, 1500);
  walk(true, seed, 1500);
}
