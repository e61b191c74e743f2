// Records: what API Gateway keeps, and all SQL of the service. The structs have the names of the published
// model, so that one shape serves answers and rows. Engine thread only; StoreError on bugs of ours.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "wire/shape.hpp"

namespace puddle::apigateway {

using Texts = std::map<std::string, std::string>;
using Flags = std::map<std::string, bool>;

struct MethodResponse {
  std::string status_code;
  Flags parameters;
  Texts models;
  static wire::Shape shape();
};

struct IntegrationResponse {
  std::string status_code;
  std::optional<std::string> selection_pattern;
  Texts parameters, templates;
  std::optional<std::string> content_handling;
  static wire::Shape shape();
};

struct Integration {
  std::string type;
  std::optional<std::string> http_method, uri, credentials, content_handling;
  Texts parameters, templates;
  std::string passthrough = "WHEN_NO_MATCH";
  int timeout = 29'000;
  std::string cache_namespace;
  std::vector<std::string> cache_keys;
  std::map<std::string, IntegrationResponse> responses;
  static wire::Shape shape();
};

struct Method {
  std::string http_method, authorization_type = "NONE";
  bool api_key_required = false;
  std::optional<std::string> operation_name;
  Flags parameters;
  Texts models;
  std::map<std::string, MethodResponse> responses;
  std::optional<Integration> integration;
  static wire::Shape shape();
};

struct Resource {
  std::string id;
  std::optional<std::string> parent_id, part;
  std::string path;
  std::map<std::string, Method> methods;
  static wire::Shape shape();
};

struct Stage {
  std::string name, deployment_id;
  std::optional<std::string> description;
  Texts variables, tags;
  Time created, updated;
  static wire::Shape shape();  ///< without the times: they are columns
};

class Compiled;  // execution/model.hpp

struct Deployment {
  std::string id, description;
  Time created;
  std::map<std::string, Resource> snapshot;
  std::shared_ptr<const Compiled> compiled;  ///< made at the first call
};

struct Endpoint {
  std::vector<std::string> types;
  static wire::Shape shape();
};

struct Api {
  std::string id, account, region, name;
  std::optional<std::string> description, version;
  std::vector<std::string> binary_types;
  Endpoint endpoint;
  Texts tags;
  Time created;
  std::string root_id;
  std::map<std::string, Resource> resources;
  std::map<std::string, Deployment> deployments;
  std::map<std::string, Stage> stages;
  static wire::Shape shape();  ///< of the document: no children, no times, no address
};

class Records {
 public:
  explicit Records(Store& store) : store_(store) {}
  std::map<std::string, std::unique_ptr<Api>> load();
  std::map<std::string, std::string> load_accounts();  ///< "ACCOUNT/REGION" -> role
  void save(const Api& api);
  void remove_api(const std::string& id);
  void save(const std::string& api, const Resource& resource);
  void remove_resource(const std::string& api, const std::string& id);
  void save(const std::string& api, const Deployment& deployment);
  void remove_deployment(const std::string& api, const std::string& id);
  void save(const std::string& api, const Stage& stage);
  void remove_stage(const std::string& api, const std::string& name);
  void save_account(const std::string& account, const std::string& region, const std::string& role);

 private:
  Store& store_;
};

}  // namespace puddle::apigateway
