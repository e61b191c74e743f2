// Layers: versions, attachment, permissions.
#include "scenario/lambda/fixture.hpp"

using namespace puddle;
using namespace puddle::test;

namespace {

Map layer(const char* name, const char* text = "x = 1") {
  return Map{{"LayerName", Value(name)},
             {"Content", Value(Map{{"ZipFile", Value(Bytes(lambda::make_zip({{"python/lib.py", text}})))}})},
             {"CompatibleRuntimes", Value(List{Value("python3.12")})}};
}
const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:layer:";
Map with_layers(std::initializer_list<std::string> arns) {
  List list;
  for (const std::string& a : arns) list.emplace_back(a);
  return Map{{"Layers", Value(std::move(list))}};
}

}  // namespace

TEST_CASE("layer versions count from one and are never numbered again") {
  LambdaWorld l;
  const Value one = l.act("PublishLayerVersion", layer("lib"));
  CHECK(one.text_or("LayerVersionArn") == kArn + "lib:1");
  CHECK(one.find("Version")->integer() == 1);
  CHECK(!one.find("Content")->text_or("CodeSha256").empty());
  l.act("PublishLayerVersion", layer("lib", "x = 2"));
  l.act("DeleteLayerVersion", Map{{"LayerName", Value("lib")}, {"VersionNumber", Value(2)}});
  CHECK(l.act("PublishLayerVersion", layer("lib")).find("Version")->integer() == 3);
  const Value versions = l.act("ListLayerVersions", Map{{"LayerName", Value("lib")}});
  REQUIRE(versions.find("LayerVersions")->list().size() == 2);
  CHECK(versions.find("LayerVersions")->list()[0].find("Version")->integer() == 3);
  const Value layers = l.act("ListLayers", {});
  CHECK(layers.find("Layers")->list()[0].find("LatestMatchingVersion")->find("Version")->integer() == 3);
  CHECK(l.act("GetLayerVersionByArn", Map{{"Arn", Value(kArn + "lib:1")}}).find("Version")->integer() == 1);
  CHECK(l.act("ListLayers", Map{{"CompatibleRuntime", Value("nodejs20.x")}}).find("Layers")->list().empty());
  CHECK(l.refused("GetLayerVersion", Map{{"LayerName", Value("lib")}, {"VersionNumber", Value(2)}}) ==
        "The resource you requested does not exist.");
}

TEST_CASE("functions attach layers that exist, five at most, one version of each") {
  LambdaWorld l;
  l.act("PublishLayerVersion", layer("a"));
  l.act("PublishLayerVersion", layer("a", "x = 2"));
  const Value changed = l.update("UpdateFunctionConfiguration", with_layers({kArn + "a:1"}));
  CHECK(changed.find("Layers")->list()[0].text_or("Arn") == kArn + "a:1");
  const auto refused = [&](std::initializer_list<std::string> arns) {
    Map in = with_layers(arns);
    in.add("FunctionName", Value("f"));
    return l.refused("UpdateFunctionConfiguration", std::move(in));
  };
  CHECK(refused({kArn + "a:1", kArn + "a:2"}) ==
        "Two different versions of the same layer are not allowed to be referenced in the same function. " +
            kArn + "a:1 and " + kArn + "a:2 are versions of the same layer.");
  CHECK(refused({kArn + "a:9"}) == "Layer version " + kArn + "a:9 does not exist.");
  CHECK(refused({kArn + "a:1", kArn + "b:1", kArn + "c:1", kArn + "d:1", kArn + "e:1", kArn + "f:1"}) ==
        "Cannot reference more than 5 layers.");
  // A function keeps a layer that is deleted.
  l.act("DeleteLayerVersion", Map{{"LayerName", Value("a")}, {"VersionNumber", Value(1)}});
  CHECK(l.act("GetFunctionConfiguration", Map{{"FunctionName", Value("f")}}).find("Layers")->list().size() ==
        1);
}

TEST_CASE("a layer version has a policy") {
  LambdaWorld l;
  l.act("PublishLayerVersion", layer("a"));
  const Map named{{"LayerName", Value("a")}, {"VersionNumber", Value(1)}};
  Map add = named;
  add.add("StatementId", Value("s"));
  add.add("Action", Value("lambda:GetLayerVersion"));
  add.add("Principal", Value("*"));
  CHECK(l.refused("GetLayerVersionPolicy", named) == "No policy is associated with the given resource.");
  CHECK(!l.act("AddLayerVersionPermission", add).text_or("Statement").empty());
  CHECK(l.w.fails("lambda", "AddLayerVersionPermission", add).code == "ResourceConflictException");
  CHECK(l.act("GetLayerVersionPolicy", named).text_or("Policy").find("lambda:GetLayerVersion") !=
        std::string_view::npos);
  Map remove = named;
  remove.add("StatementId", Value("s"));
  l.act("RemoveLayerVersionPermission", remove);
  CHECK(l.refused("GetLayerVersionPolicy", named) == "No policy is associated with the given resource.");
}
