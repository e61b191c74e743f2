#include "services/lambda/lambda.hpp"

#include <algorithm>
#include <set>

#include "aws/arn.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "embedded/lambda/schema.sql.hpp"
#include "runtime/random.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {
namespace {

constexpr Duration kQuietPatience = std::chrono::seconds(1);

bool in_transition(const FunctionFamily& f) {
  return f.latest.config.state == "Pending" || f.latest.config.last_update_status == "InProgress";
}

}  // namespace

Lambda::Lambda(Deps d)
    : deps(d),
      records(d.store),
      feed(d.store),
      environments(*this),
      sources(*this),
      operations_(make_operations()),
      settled_(std::make_unique<Signal>(d.loop)) {}
Lambda::~Lambda() = default;

const wire::ServiceWire& Lambda::wire() const {
  static const wire::ServiceWire description = [] {
    wire::ServiceWire w;
    w.name = "lambda";
    w.protocol = wire::Protocol::rest_json;
    w.api_version = "2015-03-31";
    return w;
  }();
  return description;
}

AwsError Lambda::access_denied(std::string message) const {
  return AwsError("AccessDeniedException", std::move(message), 403);
}

std::vector<Migration> Lambda::migrations() const {
  return {{"lambda", 1, std::string(embedded::kLambdaSchema)}};
}

void Lambda::load() {
  families_.clear();
  mappings_.clear();
  urls_.clear();
  for (FunctionFamily& f : records.functions()) {
    f.latest.generation = ++generation_;
    for (auto& [number, version] : f.versions) version.generation = ++generation_;
    const std::string account = f.latest.account, region = f.latest.region, name = f.name();
    FunctionFamily& kept =
        families_.insert(account, region, name, std::make_unique<FunctionFamily>(std::move(f)));
    for (const auto& [qualifier, url] : kept.urls) urls_[url.id] = {&kept, qualifier};
  }
  for (Mapping& m : records.mappings()) {
    const std::string id = m.config.uuid;
    mappings_[id] = std::make_unique<Mapping>(std::move(m));
  }
  deps.jobs.handle(
      "lambda.invoke", [this](Job job) { return run_event(*this, std::move(job)); }, 64);
  deps.jobs.handle("lambda.mapping", [this](Job job) -> Task<JobResult> {
    deps.store.atomically([&] { settle_mapping(*this, job.key); });
    settled_->raise_all();
    co_return JobResult::done();
  });
  deps.jobs.handle("lambda.settle", [this](Job job) -> Task<JobResult> {
    deps.store.atomically([&] { settle(job.key); });
    settled_->raise_all();
    co_return JobResult::done();
  });
}

void Lambda::start() {
  std::set<std::string> runtimes;
  for (const FunctionFamily* f : families_.all()) runtimes.insert(f->latest.config.runtime);
  for (const std::string& runtime : runtimes)
    if (deps.functions) deps.functions->expect(runtime);
  for (const FunctionFamily* family : families_.all()) limits_changed(*family);
  for (const auto& [id, mapping] : mappings_) sources.update(*mapping);
}

void Lambda::stop() {
  sources.stop_all();
  environments.stop_all();
  tasks.cancel();
  settled_ = std::make_unique<Signal>(deps.loop);
}

std::string Lambda::resource_policy(const std::string& arn) const {
  const auto name = cut(arn, ":function:");
  FunctionFamily* f = const_cast<Lambda*>(this)->find_family(arn);
  if (!f || !name) return {};
  const auto parts = cut(name->second, ":");
  const auto it = f->policies.find(parts ? std::string(parts->second) : "");
  if (it == f->policies.end()) return {};
  wire::Map document{{"Version", Value("2012-10-17")},
                     {"Id", Value("default")},
                     {"Statement", Value(it->second.statements)}};
  return wire::to_json(document);
}

FunctionFamily& Lambda::add(FunctionFamily f, std::string_view zip) {
  if (!f.latest.code_hex.empty()) records.put_code(f.latest.code_hex, zip);
  records.put(f.latest);
  records.put_settings(f.latest, f);
  settle_later(f.latest);
  if (deps.functions) deps.functions->expect(f.latest.config.runtime);
  f.latest.generation = ++generation_;
  const std::string account = f.latest.account, region = f.latest.region, name = f.name();
  return families_.insert(account, region, name, std::make_unique<FunctionFamily>(std::move(f)));
}

void Lambda::replace(Function changed, const std::string* zip) {
  FunctionFamily& family = *families_.find(changed.account, changed.region, changed.config.name);
  const std::string old_code = family.latest.code_hex;
  if (zip && !changed.code_hex.empty()) records.put_code(changed.code_hex, *zip);
  records.put(changed);
  if (zip && old_code != changed.code_hex) records.drop_code_if_unused(old_code);
  settle_later(changed);
  changed.generation = ++generation_;
  environments.retire(changed.arn());
  family.latest = std::move(changed);
}

Function& Lambda::publish(FunctionFamily& family, const std::optional<std::string>& description) {
  const std::string print = fingerprint(family.latest);
  const auto newest = family.versions.find(family.last_version);
  if (newest != family.versions.end() && family.published == print) return newest->second;
  FunctionSettings settings = family;
  const int number = ++settings.last_version;
  settings.published = print;
  Function version = family.latest;
  version.config.version = std::to_string(number);
  version.config.arn += ":" + version.config.version;
  version.config.revision = new_revision();
  if (description) version.config.description = *description;
  records.put(version);
  records.put_settings(family.latest, settings);
  version.generation = ++generation_;
  static_cast<FunctionSettings&>(family) = std::move(settings);
  return family.versions[number] = std::move(version);
}

void Lambda::save(FunctionFamily& family, FunctionSettings changed) {
  records.put_settings(family.latest, changed);
  for (const auto& [qualifier, url] : family.urls) urls_.erase(url.id);
  static_cast<FunctionSettings&>(family) = std::move(changed);
  for (const auto& [qualifier, url] : family.urls) urls_[url.id] = {&family, qualifier};
}

void Lambda::erase(FunctionFamily& family) {
  records.erase(family);
  deps.jobs.cancel("lambda.settle", family.arn());
  for (const auto& [qualifier, url] : family.urls) urls_.erase(url.id);
  std::vector<std::string> arns{family.arn()};
  for (const auto& [number, version] : family.versions) arns.push_back(version.arn());
  const std::string account = family.latest.account, region = family.latest.region, name = family.name();
  families_.erase(account, region, name);
  for (const std::string& gone : arns) {
    environments.set_provisioned(gone, 0);
    environments.retire(gone);
  }
}

void Lambda::erase_version(FunctionFamily& family, int number) {
  const auto it = family.versions.find(number);
  const std::string arn = it->second.arn();
  records.erase(it->second);
  family.versions.erase(it);
  environments.set_provisioned(arn, 0);
  environments.retire(arn);
}

void Lambda::limits_changed(const FunctionFamily& changed) {
  deps.store.when_committed([this, arn = changed.arn()](bool good) {
    const FunctionFamily* family = good ? find_family(arn) : nullptr;
    if (!family) return;
    environments.concurrency.set_reserved(arn, family->reserved);
    std::map<std::string, int> wanted;
    for (const auto& [qualifier, config] : family->provisioned)
      if (const Function* version = find_arn(arn + ":" + qualifier))
        wanted[version->arn()] += config.requested;
    for (const auto& [number, version] : family->versions) {
      const int count = wanted[version.arn()];
      if (environments.provisioned(version.arn()).requested != count)
        environments.set_provisioned(version.arn(), count);
    }
  });
}

Mapping& Lambda::add(Mapping m) {
  records.put(m);
  auto& slot = mappings_[m.config.uuid];
  slot = std::make_unique<Mapping>(std::move(m));
  sources.update(*slot);
  return *slot;
}

void Lambda::save(Mapping changed) {
  records.put(changed);
  Mapping& m = *mappings_.at(changed.config.uuid);
  m = std::move(changed);
  sources.update(m);
}

void Lambda::note(Mapping changed) {
  records.put(changed);
  *mappings_.at(changed.config.uuid) = std::move(changed);
}

void Lambda::erase_mapping(const std::string& uuid) {
  records.erase_mapping(uuid);
  sources.stop(uuid);
  mappings_.erase(uuid);
}

void Lambda::settle_later(const Function& f) {
  deps.jobs.add("lambda.settle", deps.loop.now() + deps.settings.function_settle_time, "{}", f.arn());
}

void Lambda::settle(const std::string& arn) {
  FunctionFamily* family = find_family(arn);
  if (!family) return;
  const auto done = [&](Function f) {
    Configuration& c = f.config;
    if (c.state != "Pending" && c.last_update_status != "InProgress") return;
    c.state = "Active";
    c.last_update_status = "Successful";
    c.state_reason = c.state_code = c.last_update_reason = c.last_update_code = std::nullopt;
    c.revision = new_revision();
    save_and_apply(*family, std::move(f));
  };
  done(family->latest);
  const auto versions = family->versions;
  for (const auto& [number, version] : versions) done(version);
}

void Lambda::save_and_apply(FunctionFamily& family, Function changed) {
  records.put(changed);
  const bool latest = changed.config.version == kLatest;
  Function& held = latest ? family.latest : family.versions.at(std::stoi(changed.config.version));
  held = std::move(changed);
}

Task<> Lambda::quiet(FunctionName name) {
  const Time patience = deps.loop.now() + kQuietPatience;
  for (;;) {
    const FunctionFamily* f = find(name);
    if (!f || !in_transition(*f) || deps.loop.now() >= patience) co_return;
    Signal::Wait wait(*settled_, patience);
    const Wake why = co_await wait;
    if (why == Wake::gone) throw kServiceException("The emulator is stopping.");
  }
}

Task<> Lambda::arrived(std::string uuid) {
  const Time patience = deps.loop.now() + kQuietPatience;
  for (;;) {
    const Mapping* m = find_mapping(uuid);
    if (!m || !m->config.state.ends_with("ing") || deps.loop.now() >= patience) co_return;
    Signal::Wait wait(*settled_, patience);
    const Wake why = co_await wait;
    if (why == Wake::gone) throw kServiceException("The emulator is stopping.");
  }
}

void Lambda::check_role(const Call& call, const std::string& role_arn) {
  ConditionContext context;
  context["iam:passedtoservice"] = {"lambda.amazonaws.com"};
  deps.authorizer.require(call, "iam:PassRole", role_arn, {}, context);
  if (deps.authorizer.mode() == AuthMode::off) return;
  const auto role = deps.policies.role(role_arn);
  std::string why = "there is no role " + role_arn;
  if (role)
    why = deps.authorizer.why_not_assumable(
        *role, Principal::service_principal("lambda.amazonaws.com", call.account));
  if (why.empty()) return;
  if (deps.authorizer.mode() == AuthMode::enforce)
    throw user_error(kInvalidParameter, "The role defined for the function cannot be assumed by Lambda.");
  PUDDLE_LOG(warn, "lambda", "would be refused: the role cannot be assumed by Lambda: " + why);
}

Principal Lambda::role_of(const Function& f) const {
  const auto role = deps.policies.role(f.config.role);
  if (role) return Principal::role(role->arn, f.config.name, role->id);
  if (deps.authorizer.mode() == AuthMode::enforce)
    throw user_error(kInvalidParameter, "The role defined for the function cannot be assumed by Lambda.");
  return Principal::root(f.account);
}

std::string Lambda::new_revision() { return uuid(deps.entropy); }

bool Lambda::serve(const HttpRequest& request, const Call& call, const Respond& respond) {
  return serve_code(request, respond) || serve_url(*this, request, call, respond);
}

std::string modified_text(Time now) {
  std::string text = iso8601(now);
  text.pop_back();
  return text + "+0000";
}

std::string runtime_version_arn(const Function& f) {
  return "arn:aws:lambda:" + f.region + "::runtime:" + sha256_hex(f.config.runtime);
}

void refuse_given(bool given, std::string_view name) {
  if (given)
    throw user_error(kInvalidParameter,
                     "The parameter " + std::string(name) + " is not supported by Puddle.");
}

std::string fingerprint(const Function& f) {
  Configuration c = f.config;
  c.revision = c.modified = {};
  c.state = c.state_reason = c.state_code = std::nullopt;
  c.last_update_status = c.last_update_reason = c.last_update_code = std::nullopt;
  return sha256_hex(f.directory + wire::to_json(wire::write_struct(c, *wire::shape_of<Configuration>())));
}

void check_quiet(const FunctionFamily& f) {
  if (f.latest.config.state == "Pending")
    throw user_error(kConflict,
                     "The operation cannot be performed at this time. The function is currently in the "
                     "following state: Pending");
  if (f.latest.config.last_update_status == "InProgress")
    throw user_error(
        kConflict,
        "The operation cannot be performed at this time. An update is in progress for resource: " + f.arn());
}

std::vector<LayerVersion> layers_of(const Lambda& service, const Function& f) {
  std::vector<LayerVersion> out;
  for (const AttachedLayer& attached : f.config.layers) {
    const auto parts = split(attached.arn, ':');
    const auto number = parts.size() == 8 ? parse_int(parts[7]) : std::nullopt;
    if (!number) continue;
    auto layer = service.records.layer(std::string(parts[4]), std::string(parts[3]), std::string(parts[6]),
                                       *number, true);
    if (layer) out.push_back(std::move(*layer));
  }
  return out;
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Lambda>(deps); }

}  // namespace puddle::lambda
