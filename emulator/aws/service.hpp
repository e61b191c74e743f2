// Service: one AWS service. Built by the composition root with everything it may use; knows no other service.
// Lifecycle: constructed -> migrations applied -> load() -> start() -> ... -> stop() -> destroyed.
// Reset: stop(), rows deleted, load(), start().
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "aws/access.hpp"
#include "aws/client.hpp"
#include "aws/feed_signals.hpp"
#include "aws/operation.hpp"
#include "aws/resource_type.hpp"
#include "jobs/jobs.hpp"
#include "ports/entropy.hpp"
#include "ports/loop.hpp"
#include "ports/mailer.hpp"
#include "ports/pool.hpp"
#include "store/store.hpp"
#include "wire/codec.hpp"
#include "wire/validate.hpp"

namespace puddle {

/// The form of the queue URLs that SQS gives: HOST/ACCOUNT/NAME, sqs.REGION.HOST/..., REGION.queue.HOST/...,
/// HOST/queue/REGION/...
enum class QueueUrls { plain, standard, domain, path };

class FunctionHost;

/// Settings that services read. Defaults are AWS's behaviour.
struct Settings {
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string endpoint = "http://127.0.0.1:4566";  ///< of the daemon, known once it listens
  std::string mail_from = "no-reply@sns.amazonaws.com";
  std::string data_directory;     ///< empty when ephemeral: services keep files in a temp directory
  std::string scratch_directory;  ///< for unpacked code; always set by the daemon
  QueueUrls queue_urls = QueueUrls::plain;
  Duration purge_interval = std::chrono::seconds(60);     ///< of a queue, between two PurgeQueue
  Duration recreate_interval = std::chrono::seconds(60);  ///< between DeleteQueue and CreateQueue of a name
  bool inbox_confirm = false;                             ///< follow confirmation links of the built-in inbox
  /// How long tables, indexes and backups of DynamoDB are CREATING, UPDATING and DELETING; zero: not at all.
  Duration table_transition = std::chrono::milliseconds(5);
  Duration function_idle_timeout = std::chrono::minutes(10);
  Duration function_settle_time{5};  ///< how long creating and updating a function or a mapping takes
  int function_concurrency = 10;     ///< environments at a time on this machine
  bool throttle = false;             ///< DynamoDB tables are held to their provisioned throughput
  /// One line per hop of an order, for `puddle up`; may be empty. Called when the hop's effect is committed.
  std::function<void(std::string_view hop, std::string_view detail)> hop;
};

/// What a service may use. All references outlive it.
struct Deps {
  Loop& loop;
  Entropy& entropy;
  Store& store;
  Jobs& jobs;
  Client& client;
  Authorizer& authorizer;
  PolicySource& policies;
  Sessions& sessions;
  Settings& settings;
  FeedSignals* feeds = nullptr;                               ///< never null once built
  const std::vector<ResourceType>* resource_types = nullptr;  ///< of all services; filled before load()
  Pool* pool = nullptr;                                       ///< null in tests: work runs where it stands
  Mailer* mailer = nullptr;
  FunctionHost* functions = nullptr;
};

class Service {
 public:
  virtual ~Service() = default;
  virtual const wire::ServiceWire& wire() const = 0;
  /// Made once; order is the table's.
  virtual const std::vector<Operation>& operations() const = 0;
  /// Names of all operations in the published model, so that missing ones are refused by name.
  virtual const std::vector<std::string_view>& known_operations() const = 0;
  virtual wire::Dialect dialect() const { return wire::Dialect::coral; }
  /// The error that constraint violations and missing members give. Default: ValidationException.
  virtual AwsError validation_error(std::string message) const;
  /// How this service words a refusal. Default: AccessDeniedException, 400 (403 for Query and REST).
  virtual AwsError access_denied(std::string message) const;
  virtual std::vector<Migration> migrations() const { return {}; }
  /// Rebuilds memory from rows; drops what was there.
  virtual void load() {}
  virtual void start() {}
  virtual void stop() {}
  /// The policy document of one of its resources, for authorisation; empty for none.
  virtual std::string resource_policy(const std::string& /*arn*/) const { return {}; }
  virtual std::vector<ResourceType> resource_types() const { return {}; }
  /// Requests that are not API operations (execute-api, SNS confirmation pages). False when the path is not
  /// its own.
  virtual bool serve(const HttpRequest& /*request*/, const Call& /*call*/, const Respond& /*respond*/) {
    return false;
  }
};

using ServiceFactory = std::unique_ptr<Service> (*)(Deps);

/// Resources by (account, region, name): multi-account and multi-region for free. Pointers stay valid until
/// erased.
template <class T>
class Registry {
 public:
  using Key = std::tuple<std::string, std::string, std::string>;
  T* find(const std::string& account, const std::string& region, const std::string& name) {
    auto it = items_.find(Key(account, region, name));
    return it == items_.end() ? nullptr : it->second.get();
  }
  const T* find(const std::string& account, const std::string& region, const std::string& name) const {
    auto it = items_.find(Key(account, region, name));
    return it == items_.end() ? nullptr : it->second.get();
  }
  T& insert(const std::string& account, const std::string& region, const std::string& name,
            std::unique_ptr<T> item) {
    auto& slot = items_[Key(account, region, name)];
    slot = std::move(item);
    return *slot;
  }
  bool erase(const std::string& account, const std::string& region, const std::string& name) {
    return items_.erase(Key(account, region, name)) > 0;
  }
  /// In order of name.
  std::vector<T*> in(const std::string& account, const std::string& region) {
    std::vector<T*> out;
    for (auto it = items_.lower_bound(Key(account, region, "")); it != items_.end(); ++it) {
      if (std::get<0>(it->first) != account || std::get<1>(it->first) != region) break;
      out.push_back(it->second.get());
    }
    return out;
  }
  std::vector<T*> all() {
    std::vector<T*> out;
    for (auto& [key, item] : items_) out.push_back(item.get());
    return out;
  }
  void clear() { items_.clear(); }
  std::size_t size() const { return items_.size(); }

 private:
  std::map<Key, std::unique_ptr<T>> items_;
};

}  // namespace puddle
