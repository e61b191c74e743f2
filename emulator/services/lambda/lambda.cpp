#include "services/lambda/lambda.hpp"

#include "aws/arn.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "embedded/lambda/schema.sql.hpp"
#include "runtime/random.hpp"
#include "wire/json.hpp"

namespace puddle::lambda {

Lambda::Lambda(Deps d)
    : deps(d),
      records(d.store),
      feed(d.store),
      environments(*this),
      sources(*this),
      operations_(make_operations()) {}
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
  functions_.clear();
  mappings_.clear();
  for (Function& f : records.functions()) {
    f.generation = ++generation_;
    const std::string account = f.account, region = f.region, name = f.config.name;
    functions_.insert(account, region, name, std::make_unique<Function>(std::move(f)));
  }
  for (Mapping& m : records.mappings()) {
    const std::string id = m.config.uuid;
    mappings_[id] = std::make_unique<Mapping>(std::move(m));
  }
  deps.jobs.handle(
      "lambda.invoke", [this](Job job) { return run_event(*this, std::move(job)); }, 64);
}

void Lambda::start() {
  for (const auto& [id, mapping] : mappings_) sources.update(*mapping);
}

void Lambda::stop() {
  sources.stop_all();
  environments.stop_all();
  tasks.cancel();
}

std::string Lambda::resource_policy(const std::string& arn) const {
  const Function* f = const_cast<Lambda*>(this)->find_arn(arn);
  if (!f || f->policy.empty()) return {};
  wire::Map document{
      {"Version", Value("2012-10-17")}, {"Id", Value("default")}, {"Statement", Value(f->policy)}};
  return wire::to_json(document);
}

std::string FunctionName::arn() const { return make_arn("lambda", region, account, "function:" + name); }

FunctionName Lambda::parse_name(const Call& call, std::string_view text,
                                const std::optional<std::string>& qualifier) const {
  FunctionName out{call.account, call.region, {}, {}};
  auto parts = split(text, ':');
  std::size_t i = 0;
  if (text.starts_with("arn:") && parts.size() >= 7) {
    out.region = parts[3];
    out.account = parts[4];
    i = 6;
  } else if (parts.size() >= 3 && parts[1] == "function") {  // 123456789012:function:name
    out.account = parts[0];
    i = 2;
  } else if (parts.size() >= 2 && parts[0] == "function") {
    i = 1;
  }
  out.name = parts[i];
  if (i + 1 < parts.size()) out.qualifier = parts[i + 1];
  if (qualifier && !out.qualifier.empty() && *qualifier != out.qualifier)
    throw user_error(kInvalidParameter,
                     "The derived qualifier from the function name does not match the specified qualifier.");
  if (qualifier) out.qualifier = *qualifier;
  return out;
}

Function* Lambda::find(const FunctionName& n) { return functions_.find(n.account, n.region, n.name); }

Function* Lambda::find_arn(std::string_view arn) {
  const auto parts = split(arn, ':');
  if (parts.size() < 7 || parts[2] != "lambda" || parts[5] != "function") return nullptr;
  return functions_.find(std::string(parts[4]), std::string(parts[3]), std::string(parts[6]));
}

Function& Lambda::need(const Call& call, std::string_view text, const std::optional<std::string>& qualifier) {
  const FunctionName name = parse_name(call, text, qualifier);
  Function* f = find(name);
  if (f && (name.qualifier.empty() || name.qualifier == kLatest)) return *f;
  throw user_error(
      kNotFound, "Function not found: " + name.arn() + (name.qualifier.empty() ? "" : ":" + name.qualifier));
}

Mapping* Lambda::find_mapping(std::string_view uuid) {
  const auto it = mappings_.find(uuid);
  return it == mappings_.end() ? nullptr : it->second.get();
}

Mapping& Lambda::need_mapping(const Call& call, const std::string& uuid) {
  Mapping* m = find_mapping(uuid);
  if (m && m->account == call.account && m->region == call.region) return *m;
  throw user_error(kNotFound, "The resource you requested does not exist.");
}

std::vector<Mapping*> Lambda::mappings_in(const Call& call) {
  std::vector<Mapping*> out;
  for (const auto& [id, m] : mappings_)
    if (m->account == call.account && m->region == call.region) out.push_back(m.get());
  return out;
}

Function& Lambda::add(Function f, std::string_view zip) {
  records.put_code(f.code_hex, zip);
  records.put(f);
  f.generation = ++generation_;
  const std::string account = f.account, region = f.region, name = f.config.name;
  return functions_.insert(account, region, name, std::make_unique<Function>(std::move(f)));
}

void Lambda::replace(Function changed, const std::string* zip) {
  if (zip) records.put_code(changed.code_hex, *zip);
  records.put(changed);
  if (zip) records.drop_unused_code();
  changed.generation = ++generation_;
  environments.retire(changed.arn());
  *functions_.find(changed.account, changed.region, changed.config.name) = std::move(changed);
}

void Lambda::save(Function changed) {
  records.put(changed);
  *functions_.find(changed.account, changed.region, changed.config.name) = std::move(changed);
}

void Lambda::erase(const FunctionName& name) {
  Function* f = find(name);
  records.erase(*f);
  const std::string arn = f->arn();
  functions_.erase(name.account, name.region, name.name);
  environments.retire(arn);
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

void Lambda::erase_mapping(const std::string& uuid) {
  records.erase_mapping(uuid);
  sources.stop(uuid);
  mappings_.erase(uuid);
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

namespace {

constexpr std::string_view kCodePath = "/lambda-code/";

/// The revision is a random id that only those know who may look at the function.
std::string code_signature(const Function& f) {
  return sha256_hex(f.config.revision + f.code_hex).substr(0, 32);
}

}  // namespace

std::string code_location(const std::string& endpoint, const Function& f) {
  return endpoint + std::string(kCodePath) + f.account + "/" + f.region + "/" + f.config.name +
         "?signature=" + code_signature(f);
}

bool Lambda::serve(const HttpRequest& request, const Call&, const Respond& respond) {
  if (request.method != "GET" || !request.path().starts_with(kCodePath)) return false;
  const auto parts = split(request.path().substr(kCodePath.size()), '/');
  const Function* f =
      parts.size() == 3 ? functions_.find(std::string(parts[0]), std::string(parts[1]), std::string(parts[2]))
                        : nullptr;
  HttpResponse response;
  response.status = 403;
  if (f && request.query() == "signature=" + code_signature(*f)) {
    response.status = 200;
    response.headers.add("Content-Type", "application/zip");
    response.body = records.code(f->code_hex).value_or("");
  }
  respond(std::move(response));
  return true;
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

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Lambda>(deps); }

}  // namespace puddle::lambda
