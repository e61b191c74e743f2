// Stand-ins for what an API calls: an SQS that remembers what it was sent, and a Lambda that answers what it
// is told.
#pragma once
#include <string>
#include <vector>

#include "services/apigateway/apigateway.hpp"
#include "support/world.hpp"

namespace puddle::test {

struct Sent {
  std::string body, queue, principal, source_arn;
};
struct Invoked {
  std::string function, type, payload, principal, source_arn;
};
/// What the stubs saw and what Lambda answers; one test at a time.
struct Seen {
  std::vector<Sent> sent;
  std::vector<Invoked> invoked;
  std::string answer = "{}";
  bool function_failed = false;
  bool hang = false;
};
Seen& seen();

std::unique_ptr<Service> make_stub_sqs(Deps deps);
std::unique_ptr<Service> make_stub_lambda(Deps deps);

/// A world with an API; `put` and `deploy` build it, `invoke` calls it from outside.
struct Gateway {
  World w;
  std::string api, root;
  Gateway();
  std::string resource(const std::string& parent, const std::string& part);
  void method(const std::string& resource, const std::string& verb, Map integration);
  void respond(const std::string& resource, const std::string& verb, const std::string& status,
               Map response = {});
  void deploy(Map variables = {});
  struct Reply {
    bool done = false;
    HttpResponse response;
  };
  std::shared_ptr<Reply> send(const std::string& verb, const std::string& path, std::string body = "",
                              Headers headers = {});
  HttpResponse invoke(const std::string& verb, const std::string& path, std::string body = "",
                      Headers headers = {});
};

}  // namespace puddle::test
