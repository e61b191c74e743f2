// The AWS protocols over one shape.
#include <catch2/catch.hpp>

#include "wire/codec.hpp"

using namespace puddle;
using namespace puddle::wire;

namespace {

struct Tag {
  std::string key;
  std::optional<std::string> value;
  static Shape shape() { return {required<&Tag::key>("Key"), optional<&Tag::value>("Value")}; }
};
struct Thing {
  std::string name;
  std::optional<std::int64_t> count;
  std::optional<bool> flag;
  std::optional<Bytes> blob;
  std::optional<Time> when;
  std::vector<Tag> tags;
  std::map<std::string, std::string> attributes;
  static Shape shape() {
    return {required<&Thing::name>("Name"),
            optional<&Thing::count>("Count"),
            optional<&Thing::flag>("Flag"),
            optional<&Thing::blob>("Blob"),
            optional<&Thing::when>("When"),
            optional<&Thing::tags>("Tags"),
            optional<&Thing::attributes>(
                "Attributes",
                {.at_name = "Attribute", .flattened = true, .key_name = "Name", .value_name = "Value"})};
  }
};

struct Fixture {
  Shape shape = Thing::shape();
  Binding binding;
  ServiceWire service;
  explicit Fixture(Protocol protocol) {
    service.name = "test";
    service.protocol = protocol;
    service.xml_namespace = "http://test/doc/";
    service.error_namespace = "com.test#";
    binding.operation = "MakeThing";
    binding.input = binding.output = &shape;
  }
  std::unique_ptr<Codec> codec() const { return make_codec(service, service.protocol); }
  Decoded decode(std::string body, std::string target = "/", Parameters uri = {}) const {
    HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(body);
    return codec()->decode(request, binding, uri);
  }
};

Value thing() {
  Map m;
  m.add("Name", "n");
  m.add("Count", 7);
  m.add("When", from_millis(1'500));
  return Value(std::move(m));
}

}  // namespace

TEST_CASE("AWS JSON reads a body and answers with type and request id") {
  const Fixture f(Protocol::json_1_0);
  const auto read = f.decode(
      R"({"Name":"n","Count":7,"Flag":true,"Blob":"/wE=","When":1.5,"Tags":[{"Key":"k"}],"Unknown":1})");
  REQUIRE(read);
  const Thing t = read_struct<Thing>(*read, f.shape);
  CHECK(t.count == 7);
  CHECK(t.blob->data == "\xff\x01");
  CHECK(to_millis(*t.when) == 1500);
  CHECK(t.tags.at(0).key == "k");
  const HttpResponse r = f.codec()->encode(thing(), f.binding, "id-1");
  CHECK(r.headers.get("content-type") == "application/x-amz-json-1.0");
  CHECK(r.headers.get("x-amzn-requestid") == "id-1");
  CHECK(r.body == R"({"Name":"n","Count":7,"When":1.5})");
  Fault fault;
  fault.code = "Broken";
  fault.message = "it is";
  const HttpResponse e = f.codec()->encode_error(fault, "id-2");
  CHECK(e.status == 400);
  CHECK(e.body == R"({"__type":"com.test#Broken","message":"it is"})");
}

TEST_CASE("a body of the wrong type is a SerializationException") {
  const Fixture f(Protocol::json_1_0);
  for (const char* body :
       {"{", "[]", R"({"Name":7})", R"({"Name":"n","Count":"x"})", R"({"Name":"n","Tags":{}})"}) {
    const auto read = f.decode(body);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "SerializationException");
  }
}

TEST_CASE("Query reads lists and maps from numbered names and answers XML") {
  const Fixture f(Protocol::query);
  const auto read = f.decode(
      "Action=MakeThing&Name=a+b%26&Count=7&Flag=true&Tags.member.1.Key=k1&Tags.member.2.Key=k2&Tags.member."
      "2.Value=v"
      "&Attribute.1.Name=x&Attribute.1.Value=y");
  REQUIRE(read);
  const Thing t = read_struct<Thing>(*read, f.shape);
  CHECK(t.name == "a b&");
  REQUIRE(t.tags.size() == 2);
  CHECK(t.tags[1].value == "v");
  CHECK(t.attributes.at("x") == "y");
  const HttpResponse r = f.codec()->encode(thing(), f.binding, "id");
  CHECK(r.headers.get("content-type").starts_with("text/xml"));
  CHECK(
      r.body.find(
          "<MakeThingResponse xmlns=\"http://test/doc/\"><MakeThingResult><Name>n</Name><Count>7</Count>") !=
      std::string::npos);
  CHECK(r.body.find("<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>") != std::string::npos);
  Fault fault;
  fault.code = "Broken";
  fault.message = "a < b";
  const HttpResponse e = f.codec()->encode_error(fault, "id");
  CHECK(e.body.find("<Error><Type>Sender</Type><Code>Broken</Code><Message>a &lt; b</Message>") !=
        std::string::npos);
}

TEST_CASE("REST-JSON takes members from path, query string and headers") {
  struct In {
    std::string name;
    std::optional<int> limit;
    std::optional<std::string> type;
    std::optional<std::string> text;
  };
  Shape shape{required<&In::name>("Name", {.at = Location::uri}),
              optional<&In::limit>("Limit", {.at = Location::query_string, .at_name = "limit"}),
              optional<&In::type>("Type", {.at = Location::header, .at_name = "X-Type"}),
              optional<&In::text>("Text")};
  Fixture f(Protocol::rest_json);
  f.binding.input = &shape;
  HttpRequest request;
  request.method = "POST";
  request.target = "/things/n?limit=3";
  request.headers.add("x-type", "T");
  request.body = R"({"Text":"t"})";
  const auto read = f.codec()->decode(request, f.binding, {{"Name", "n"}});
  REQUIRE(read);
  const In in = read_struct<In>(*read, shape);
  CHECK(in.name == "n");
  CHECK(in.limit == 3);
  CHECK(in.type == "T");
  CHECK(in.text == "t");
  Fault fault;
  fault.code = "NotFound";
  fault.status = 404;
  const HttpResponse e = f.codec()->encode_error(fault, "id");
  CHECK(e.status == 404);
  CHECK(e.headers.get("x-amzn-errortype").starts_with("NotFound"));
}
