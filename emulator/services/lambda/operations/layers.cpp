// Layers: publish, get, list, delete; how functions attach them. The permissions of layers are in
// layer_policies.cpp.
#include "services/lambda/operations/layers.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "services/lambda/zip.hpp"

namespace puddle::lambda {
namespace {

struct Content : CodeSource {
  static Shape shape() {
    return {optional<&Content::bucket, Content>("S3Bucket"), optional<&Content::key, Content>("S3Key"),
            optional<&Content::object_version, Content>("S3ObjectVersion"),
            optional<&Content::zip, Content>("ZipFile")};
  }
};
struct PublishRequest {
  std::string name;
  std::optional<std::string> description, license;
  Content content;
  std::vector<std::string> runtimes, architectures;
};

struct Location {
  std::string url, sha256;
  std::int64_t size = 0;
  static Shape shape() {
    return {required<&Location::url>("Location"), required<&Location::sha256>("CodeSha256"),
            required<&Location::size>("CodeSize")};
  }
};
/// What Publish and Get answer.
struct LayerOutput {
  Location content;
  std::string layer_arn, arn, description, created;
  std::int64_t version = 0;
  std::optional<std::string> license;
  std::vector<std::string> runtimes, architectures;
  static Shape shape() {
    using L = LayerOutput;
    return {required<&L::content>("Content"),
            required<&L::layer_arn>("LayerArn"),
            required<&L::arn>("LayerVersionArn"),
            required<&L::description>("Description"),
            required<&L::created>("CreatedDate"),
            required<&L::version>("Version"),
            optional<&L::runtimes>("CompatibleRuntimes"),
            optional<&L::license>("LicenseInfo"),
            optional<&L::architectures>("CompatibleArchitectures")};
  }
};
/// An item of the lists.
struct Item {
  std::string arn, description, created;
  std::int64_t version = 0;
  std::optional<std::string> license;
  std::vector<std::string> runtimes, architectures;
  static Shape shape() {
    return {required<&Item::arn>("LayerVersionArn"),
            required<&Item::version>("Version"),
            required<&Item::description>("Description"),
            required<&Item::created>("CreatedDate"),
            optional<&Item::runtimes>("CompatibleRuntimes"),
            optional<&Item::license>("LicenseInfo"),
            optional<&Item::architectures>("CompatibleArchitectures")};
  }
};

LayerOutput shown(const Call& call, const LayerVersion& l) {
  LayerOutput out;
  std::string raw;
  for (std::size_t i = 0; i + 1 < l.code_hex.size(); i += 2)
    raw += static_cast<char>(std::stoi(l.code_hex.substr(i, 2), nullptr, 16));
  out.content = {layer_location(call.endpoint, l), base64(raw), l.code_size};
  out.layer_arn = l.layer_arn();
  out.arn = l.arn();
  out.description = l.description;
  out.created = l.created;
  out.version = l.version;
  out.license = l.license;
  out.runtimes = l.runtimes;
  out.architectures = l.architectures;
  return out;
}

Item item_of(const LayerVersion& l) {
  return {l.arn(), l.description, l.created, l.version, l.license, l.runtimes, l.architectures};
}

LayerOutput publish(Lambda& service, const Call& call, const PublishRequest& in) {
  const LayerName name = layer_name(call, in.name);
  Function code;  // its checks are those of a function's code
  if (in.content.bucket == kHotReloadBucket)
    throw user_error(kInvalidParameter, "The bucket hot-reload is for functions, not for layers.");
  const std::string zip = apply_code(code, in.content);
  LayerVersion l;
  l.account = name.account;
  l.region = name.region;
  l.name = name.name;
  l.code_hex = code.code_hex;
  l.code_size = code.config.code_size;
  l.created = modified_text(call.now);
  l.description = in.description.value_or("");
  l.license = in.license;
  l.runtimes = in.runtimes;
  l.architectures = in.architectures;
  l.policy.revision = service.new_revision();
  service.records.put_code(l.code_hex, zip);
  l.version = service.records.next_layer_version(l.account, l.region, l.name);
  service.records.put(l);
  return shown(call, l);
}

struct GetInput {
  std::string name, arn;
  std::int64_t version = 0;
};

LayerOutput get(Lambda& service, const Call& call, const GetInput& in) {
  return shown(call, need_layer(service, call, in.name, in.version));
}

LayerOutput get_by_arn(Lambda& service, const Call& call, const GetInput& in) {
  const std::size_t at = in.arn.rfind(':');
  return shown(call,
               need_layer(service, call, in.arn.substr(0, at), parse_int(in.arn.substr(at + 1)).value_or(0)));
}

Empty remove(Lambda& service, const Call& call, const GetInput& in) {
  const LayerName name = layer_name(call, in.name);
  if (const auto l = service.records.layer(name.account, name.region, name.name, in.version))
    service.records.hide(*l);
  return {};
}

struct ListInput {
  std::optional<std::string> name, runtime, architecture, marker;
  std::optional<int> limit;
};

bool suits(const LayerVersion& l, const ListInput& in) {
  const auto has = [](const std::vector<std::string>& list, const std::optional<std::string>& one) {
    return !one || std::find(list.begin(), list.end(), *one) != list.end();
  };
  return has(l.runtimes, in.runtime) && has(l.architectures, in.architecture);
}

struct Layer {
  std::string name, arn;
  Item latest;
  static Shape shape() {
    return {required<&Layer::name>("LayerName"), required<&Layer::arn>("LayerArn"),
            required<&Layer::latest>("LatestMatchingVersion")};
  }
};
struct ListOutput {
  std::optional<std::string> next;
  std::vector<Layer> layers;
  std::vector<Item> versions;
};

ListOutput list(Lambda& service, const Call& call, const ListInput& in) {
  std::vector<Layer> all;
  for (const LayerVersion& l : service.records.layers(call.account, call.region))
    if (suits(l, in) && (all.empty() || all.back().name != l.name))
      all.push_back({l.name, l.layer_arn(), item_of(l)});
  ListOutput out;
  std::tie(out.layers, out.next) = page_of(all, in);
  return out;
}

ListOutput list_versions(Lambda& service, const Call& call, const ListInput& in) {
  const LayerName name = layer_name(call, *in.name);
  std::vector<Item> all;
  for (const LayerVersion& l : service.records.layers(name.account, name.region, name.name))
    if (suits(l, in)) all.push_back(item_of(l));
  ListOutput out;
  std::tie(out.versions, out.next) = page_of(all, in);
  return out;
}

wire::Traits architectures_traits() {
  return {.min = 0, .max = 2, .each = {{.one_of = {"x86_64", "arm64"}}}};
}

std::vector<wire::Field> list_fields() {
  using wire::Location;
  return paged<ListInput>(
      {optional<&ListInput::runtime>("CompatibleRuntime",
                                     {.one_of = layer_runtimes(), .at = Location::query_string}),
       optional<&ListInput::architecture>("CompatibleArchitecture",
                                          {.one_of = {"x86_64", "arm64"}, .at = Location::query_string})},
      50);
}

std::string resource_of(Lambda&, const Call& call, const GetInput& in) {
  return in.arn.empty() ? layer_name(call, in.name).arn(in.version) : in.arn;
}

Operation publish_operation() {
  return operation<Lambda, PublishRequest, LayerOutput>(
      {.name = "PublishLayerVersion",
       .action = "lambda:PublishLayerVersion",
       .resource = [](Lambda&, const Call& c,
                      const PublishRequest& in) { return layer_name(c, in.name).arn(); },
       .http = {"POST", "/2018-10-31/layers/{LayerName}/versions", 201},
       .input = {required<&PublishRequest::name>("LayerName", layer_in_path()),
                 optional<&PublishRequest::description>("Description", {.min = 0, .max = 256}),
                 required<&PublishRequest::content>("Content"),
                 optional<&PublishRequest::runtimes>(
                     "CompatibleRuntimes", {.min = 0, .max = 15, .each = {{.one_of = layer_runtimes()}}}),
                 optional<&PublishRequest::license>("LicenseInfo", {.min = 0, .max = 512}),
                 optional<&PublishRequest::architectures>("CompatibleArchitectures", architectures_traits())},
       .output = LayerOutput::shape(),
       .errors = {kInvalidParameter, kNotFound, kEntityTooLarge},
       .handle = publish});
}

}  // namespace

std::vector<AttachedLayer> attach_layers(Lambda& service, const Call& call,
                                         const std::vector<std::string>& arns) {
  constexpr std::size_t kMaxLayers = 5;
  if (arns.size() > kMaxLayers) throw user_error(kInvalidParameter, "Cannot reference more than 5 layers.");
  std::vector<AttachedLayer> out;
  std::map<std::string, std::string> seen;
  for (const std::string& arn : arns) {
    const auto parts = split(arn, ':');
    const auto number = parts.size() == 8 ? parse_int(parts[7]) : std::nullopt;
    if (!number || parts[2] != "lambda" || parts[5] != "layer")
      throw user_error(kInvalidParameter, "Layer version " + arn + " does not exist.");
    const std::string region(parts[3]), account(parts[4]), name(parts[6]);
    if (region != call.region)
      throw user_error(kInvalidParameter,
                       "Layers are not in the same region as the function. Layers are expected to "
                       "be in region " +
                           call.region + ".");
    const auto layer = service.records.layer(account, region, name, *number);
    if (!layer) throw user_error(kInvalidParameter, "Layer version " + arn + " does not exist.");
    if (account != call.account) {
      const std::string policy = policy_text(layer->policy);
      service.deps.authorizer.require(call, "lambda:GetLayerVersion", arn, policy);
    }
    const auto [before, fresh] = seen.emplace(layer->layer_arn(), arn);
    if (!fresh)
      throw user_error(
          kInvalidParameter,
          "Two different versions of the same layer are not allowed to be referenced in the same "
          "function. " +
              before->second + " and " + arn + " are versions of the same layer.");
    out.push_back({arn, layer->code_size});
  }
  return out;
}

std::vector<Operation> layer_operations() {
  using wire::Location;
  const auto named = required<&GetInput::name>("LayerName", layer_in_path());
  const auto number = required<&GetInput::version>("VersionNumber", {.at = Location::uri});
  const wire::Field arn = required<&GetInput::arn>(
      "Arn", {.min = 1, .max = 140, .pattern = kLayerVersionPattern, .at = Location::query_string});
  std::vector<wire::Field> versions = list_fields();
  versions.insert(versions.begin(), required<&ListInput::name>("LayerName", layer_in_path()));
  constexpr std::string_view kOne = "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}";
  std::vector<Operation> out;
  out.push_back(publish_operation());
  out.push_back(operation<Lambda, GetInput, LayerOutput>({.name = "GetLayerVersion",
                                                          .action = "lambda:GetLayerVersion",
                                                          .resource = resource_of,
                                                          .http = {"GET", kOne},
                                                          .input = {named, number},
                                                          .output = LayerOutput::shape(),
                                                          .errors = {kInvalidParameter, kNotFound},
                                                          .handle = get}));
  out.push_back(
      operation<Lambda, GetInput, LayerOutput>({.name = "GetLayerVersionByArn",
                                                .action = "lambda:GetLayerVersion",
                                                .resource = resource_of,
                                                .http = {"GET", "/2018-10-31/layers?find=LayerVersion"},
                                                .input = {arn},
                                                .output = LayerOutput::shape(),
                                                .errors = {kInvalidParameter, kNotFound},
                                                .handle = get_by_arn}));
  out.push_back(operation<Lambda, GetInput, Empty>({.name = "DeleteLayerVersion",
                                                    .action = "lambda:DeleteLayerVersion",
                                                    .resource = resource_of,
                                                    .http = {"DELETE", kOne, 204},
                                                    .input = {named, number},
                                                    .errors = {kInvalidParameter},
                                                    .handle = remove}));
  out.push_back(operation<Lambda, ListInput, ListOutput>(
      {.name = "ListLayers",
       .action = "lambda:ListLayers",
       .http = {"GET", "/2018-10-31/layers"},
       .input = list_fields(),
       .output = {optional<&ListOutput::next>("NextMarker"), required<&ListOutput::layers>("Layers")},
       .errors = {kInvalidParameter},
       .handle = list}));
  out.push_back(
      operation<Lambda, ListInput, ListOutput>({.name = "ListLayerVersions",
                                                .action = "lambda:ListLayerVersions",
                                                .http = {"GET", "/2018-10-31/layers/{LayerName}/versions"},
                                                .input = versions,
                                                .output = {optional<&ListOutput::next>("NextMarker"),
                                                           required<&ListOutput::versions>("LayerVersions")},
                                                .errors = {kInvalidParameter, kNotFound},
                                                .handle = list_versions}));
  return out;
}

}  // namespace puddle::lambda
