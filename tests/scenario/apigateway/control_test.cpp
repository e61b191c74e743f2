// The control plane of API Gateway.
#include <catch2/catch.hpp>

#include "stubs.hpp"

using namespace puddle;
using namespace puddle::test;

TEST_CASE("a new API has its root resource and AWS's defaults") {
  World w({apigateway::make});
  const Value made = w.ok("apigateway", "CreateRestApi", Map{{"name", "POC-API"}});
  CHECK(made.text_or("id").size() == 10);
  CHECK(made.text_or("apiKeySource") == "HEADER");
  CHECK(made.find("endpointConfiguration")->find("types")->list()[0].text() == "EDGE");
  const Value resources = w.ok("apigateway", "GetResources", Map{{"restApiId", made.text_or("id")}});
  REQUIRE(resources.find("items")->list().size() == 1);
  const Value& root = resources.find("items")->list()[0];
  CHECK(root.text_or("id") == made.text_or("rootResourceId"));
  CHECK(root.text_or("path") == "/");
  CHECK(root.find("pathPart") == nullptr);
}

TEST_CASE("lists travel as item") {
  World w({apigateway::make});
  w.ok("apigateway", "CreateRestApi", Map{{"name", "a"}});
  HttpRequest request;
  request.method = "GET";
  request.target = "/restapis";
  const HttpResponse response = w.http("apigateway", request);
  CHECK(response.status == 200);
  CHECK(response.body.find("\"item\":[{") != std::string::npos);
}

TEST_CASE("the tag _custom_id_ fixes the id, once") {
  World w({apigateway::make});
  const Map in{{"name", "a"}, {"tags", Map{{"_custom_id_", "shop"}}}};
  CHECK(w.ok("apigateway", "CreateRestApi", in).text_or("id") == "shop");
  CHECK(w.fails("apigateway", "CreateRestApi", in).code == "ConflictException");
}

TEST_CASE("the tree of resources has AWS's rules") {
  Gateway g;
  const auto create = [&](const std::string& parent, const char* part) {
    return Map{{"restApiId", g.api}, {"parentId", parent}, {"pathPart", part}};
  };
  const std::string pets = g.resource(g.root, "pets");
  CHECK(g.w.fails("apigateway", "CreateResource", create(g.root, "pets")).message ==
        "Another resource with the same parent already has this name: pets");
  const std::string proxy = g.resource(g.root, "{proxy+}");
  CHECK(g.w.fails("apigateway", "CreateResource", create(g.root, "{id}")).message ==
        "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed");
  CHECK(g.w.fails("apigateway", "CreateResource", create(proxy, "x")).message ==
        "Cannot create a child of a resource with a greedy path variable: {proxy+}");
  CHECK(g.w.fails("apigateway", "CreateResource", create(g.root, "a b")).status == 400);
  g.w.ok("apigateway", "DeleteResource", Map{{"restApiId", g.api}, {"resourceId", pets}});
  CHECK(g.w.fails("apigateway", "GetResource", Map{{"restApiId", g.api}, {"resourceId", pets}}).message ==
        "Invalid Resource identifier specified");
}

TEST_CASE("what is not simulated is refused by name") {
  Gateway g;
  const Map at{{"restApiId", g.api}, {"resourceId", g.root}, {"httpMethod", "GET"}};
  Map method = at;
  method.add("authorizationType", "CUSTOM");
  CHECK(g.w.fails("apigateway", "PutMethod", method).message.find("CUSTOM") != std::string::npos);
  method["authorizationType"] = Value("NONE");
  method.add("apiKeyRequired", true);
  CHECK(g.w.fails("apigateway", "PutMethod", method).message.find("apiKeyRequired") != std::string::npos);
  method.erase("apiKeyRequired");
  g.w.ok("apigateway", "PutMethod", method);
  Map integration = at;
  integration.add("type", "HTTP");
  CHECK(g.w.fails("apigateway", "PutIntegration", integration).message.find("HTTP") != std::string::npos);
  integration["type"] = Value("AWS");
  CHECK(g.w.fails("apigateway", "PutIntegration", integration).message ==
        "Enumeration value for HttpMethod must be non-empty");
  integration.add("integrationHttpMethod", "POST");
  integration.add("uri", "arn:aws:apigateway:us-east-1:sqs:nonsense");
  CHECK(g.w.fails("apigateway", "PutIntegration", integration).message ==
        "AWS ARN for integration must contain path or action");
}

TEST_CASE("an integration has its defaults, and its response needs a method response") {
  Gateway g;
  g.method(g.root, "POST", Map{{"type", "MOCK"}});
  Map at{{"restApiId", g.api}, {"resourceId", g.root}, {"httpMethod", "POST"}};
  const Value made = g.w.ok("apigateway", "GetIntegration", at);
  CHECK(made.text_or("passthroughBehavior") == "WHEN_NO_MATCH");
  CHECK(made.find("timeoutInMillis")->integer() == 29000);
  CHECK(made.text_or("cacheNamespace") == g.root);
  at.add("statusCode", "200");
  CHECK(g.w.fails("apigateway", "PutIntegrationResponse", at).message ==
        "Invalid Response status code specified");
  g.respond(g.root, "POST", "200");
  CHECK(g.w.ok("apigateway", "GetIntegrationResponse", at).text_or("statusCode") == "200");
}

TEST_CASE("a deployment in use stays; stages change by patches") {
  Gateway g;
  CHECK(g.w.fails("apigateway", "CreateDeployment", Map{{"restApiId", g.api}}).message ==
        "The REST API doesn't contain any methods");
  g.method(g.root, "GET", Map{{"type", "MOCK"}});
  const Value d = g.w.ok("apigateway", "CreateDeployment", Map{{"restApiId", g.api}});
  const Map stage{{"restApiId", g.api}, {"stageName", "dev"}};
  Map create = stage;
  create.add("deploymentId", d.text_or("id"));
  g.w.ok("apigateway", "CreateStage", create);
  CHECK(g.w.fails("apigateway", "CreateStage", create).code == "ConflictException");
  const Map deployment{{"restApiId", g.api}, {"deploymentId", d.text_or("id")}};
  CHECK(g.w.fails("apigateway", "DeleteDeployment", deployment).message ==
        "Active stages pointing to this deployment must be moved or deleted");
  Map update = stage;
  update.add("patchOperations",
             List{Value(Map{{"op", "replace"}, {"path", "/variables/colour"}, {"value", "blue"}})});
  CHECK(g.w.ok("apigateway", "UpdateStage", update).find("variables")->text_or("colour") == "blue");
  g.w.ok("apigateway", "DeleteStage", stage);
  g.w.ok("apigateway", "DeleteDeployment", deployment);
}
