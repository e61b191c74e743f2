#include "jobs/jobs.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/log.hpp"

namespace puddle {
namespace {

constexpr Duration kLongestBackoff = std::chrono::minutes(5);

}  // namespace

Duration backoff(int attempt) {
  const int doublings = std::clamp(attempt - 1, 0, 9);
  return std::min(Duration(1000LL << doublings), kLongestBackoff);
}

struct Jobs::Impl {
  struct Kind {
    Handler handler;
    int concurrency = 8;
    int running = 0;
    std::set<std::pair<Time, std::int64_t>> due;  // waiting jobs; a running one is not in it
    Loop::TimerId timer = 0;
    Time timer_at{};
  };
  Loop& loop;
  Store& store;
  std::map<std::string, Kind, std::less<>> kinds;
  TaskGroup running;
  bool started = false;
  std::int64_t last_id = 0;  // ours, not SQLite's: an id of a rolled back insert is never given again
  std::shared_ptr<int> generation = std::make_shared<int>(0);

  Impl(Loop& l, Store& s) : loop(l), store(s) {}
  void schedule(const std::string& name, Kind& kind);
  void run_due(const std::string& name);
  Task<> run(std::string name, std::int64_t id);
  Job read(std::int64_t id);
  void enter(const std::string& name, Time due, std::int64_t id);
};

Jobs::Jobs(Loop& loop, Store& store) : impl_(std::make_unique<Impl>(loop, store)) {}
Jobs::~Jobs() { stop(); }

Migration Jobs::migration() {
  return {
      "jobs", 1,
      "CREATE TABLE job(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, due INTEGER NOT NULL,"
      " created INTEGER NOT NULL, attempt INTEGER NOT NULL, payload TEXT NOT NULL);"
      "CREATE INDEX job_key ON job(kind, key);"};
}

void Jobs::handle(std::string kind, Handler handler, int concurrency) {
  Impl::Kind& k = impl_->kinds[std::move(kind)];
  k.handler = std::move(handler);
  k.concurrency = concurrency;
}

std::int64_t Jobs::add(std::string kind, Time due, std::string payload, std::string key) {
  Impl& j = *impl_;
  const std::int64_t id = ++j.last_id;
  j.store.run("INSERT INTO job(id,kind,key,due,created,attempt,payload) VALUES(?1,?2,?3,?4,?5,1,?6)",
              {id, std::string_view(kind), std::string_view(key), param(due), param(j.loop.now()),
               std::string_view(payload)});
  // If the operation is rolled back afterwards the row is not there when the job is due: run() finds nothing.
  j.store.when_committed(
      [&j, kind = std::move(kind), due, id, generation = j.generation, seen = *j.generation](bool ok) {
        if (ok && *generation == seen && j.started) j.enter(kind, due, id);
      });
  return id;
}

void Jobs::cancel(const std::string& kind, const std::string& key) {
  impl_->store.run("DELETE FROM job WHERE kind=?1 AND key=?2",
                   {std::string_view(kind), std::string_view(key)});
}

void Jobs::start() {
  Impl& j = *impl_;
  j.started = true;
  ++*j.generation;
  std::map<std::string, std::size_t> orphans;
  for (Rows rows = j.store.query("SELECT id, kind, due FROM job"); rows.next();) {
    j.last_id = std::max(j.last_id, rows.integer(0));
    const auto it = j.kinds.find(rows.view(1));
    if (it == j.kinds.end()) {
      ++orphans[rows.text(1)];
      continue;
    }
    it->second.due.emplace(rows.time(2), rows.integer(0));
  }
  for (const auto& [kind, count] : orphans)
    log(Level::warn, "jobs", std::to_string(count) + " jobs of kind " + kind + " have no handler and wait");
  for (auto& [name, kind] : j.kinds) j.schedule(name, kind);
}

void Jobs::stop() {
  Impl& j = *impl_;
  j.started = false;
  ++*j.generation;
  j.running.cancel();
  for (auto& [name, kind] : j.kinds) {
    if (kind.timer) j.loop.cancel(std::exchange(kind.timer, 0));
    kind.due.clear();
    kind.running = 0;
  }
}

std::size_t Jobs::pending() const {
  Rows rows = impl_->store.query("SELECT count(*) FROM job");
  return rows.next() ? static_cast<std::size_t>(rows.integer(0)) : 0;
}

void Jobs::Impl::enter(const std::string& name, Time due, std::int64_t id) {
  const auto it = kinds.find(name);
  if (it == kinds.end()) return;
  it->second.due.emplace(due, id);
  schedule(name, it->second);
}

void Jobs::Impl::schedule(const std::string& name, Kind& kind) {
  if (!started || kind.due.empty() || kind.running >= kind.concurrency) return;
  const Time first = kind.due.begin()->first;
  if (kind.timer && kind.timer_at <= first) return;
  if (kind.timer) loop.cancel(kind.timer);
  kind.timer_at = first;
  kind.timer = loop.at(first, [this, name] { run_due(name); });
}

void Jobs::Impl::run_due(const std::string& name) {
  Kind& kind = kinds.find(name)->second;
  kind.timer = 0;
  const Time now = loop.now();
  while (kind.running < kind.concurrency && !kind.due.empty() && kind.due.begin()->first <= now) {
    const std::int64_t id = kind.due.begin()->second;
    kind.due.erase(kind.due.begin());
    ++kind.running;
    running.spawn(run(name, id));
  }
  schedule(name, kind);
}

Job Jobs::Impl::read(std::int64_t id) {
  Job job;
  Rows rows = store.query("SELECT kind, key, payload, due, created, attempt FROM job WHERE id=?1", {id});
  if (!rows.next()) return job;
  job.id = id;
  job.kind = rows.text(0);
  job.key = rows.text(1);
  job.payload = rows.text(2);
  job.due = rows.time(3);
  job.created = rows.time(4);
  job.attempt = static_cast<int>(rows.integer(5));
  return job;
}

Task<> Jobs::Impl::run(std::string name, std::int64_t id) {
  Job job = read(id);
  Kind& kind = kinds.find(name)->second;  // kinds are never erased
  if (job.id != 0) {
    const int attempt = job.attempt;
    JobResult result = JobResult::retry_at(loop.now() + backoff(attempt));
    try {
      Task<JobResult> work = kind.handler(std::move(job));
      result = co_await std::move(work);
    } catch (const std::exception& e) {
      log(Level::error, "jobs",
          name + " " + std::to_string(id) + ", attempt " + std::to_string(attempt) + ": " + e.what());
      result = JobResult::retry_at(loop.now() + backoff(attempt));
    }
    if (!store.broken()) {
      store.atomically([&] {
        if (result.again)
          store.run("UPDATE job SET due=?2, attempt=attempt+1 WHERE id=?1", {id, param(result.when)});
        else
          store.run("DELETE FROM job WHERE id=?1", {id});
      });
      if (result.again) kind.due.emplace(result.when, id);
    }
  }
  --kind.running;
  schedule(name, kind);
}

}  // namespace puddle
