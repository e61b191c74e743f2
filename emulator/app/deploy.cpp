#include "app/deploy.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/zip_directory.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "languages/intrinsic/template.hpp"
#include "runtime/signal.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

using wire::Map;
using wire::Value;

constexpr Duration kPoll = std::chrono::milliseconds(5);

std::string at(const std::string& file, int line, const std::string& message) {
  return file + (line > 0 ? ":" + std::to_string(line) : std::string()) + ": " + message;
}

/// Client calls of the account's root, which `puddle up` acts as.
ClientCall make_call(const Settings& settings, std::string service, std::string operation, Map input) {
  ClientCall call;
  call.service = std::move(service);
  call.operation = std::move(operation);
  call.input = std::move(input);
  call.principal = Principal::root(settings.account);
  call.account = settings.account;
  call.region = settings.region;
  return call;
}

struct Answer {
  Value value;
  std::string error;  // empty when good
  std::string code;
};

Task<Answer> ask(Client& client, ClientCall call) {
  Answer answer;
  try {
    Task<Value> work = client.call(std::move(call));
    answer.value = co_await std::move(work);
  } catch (const AwsError& e) {
    answer.error = e.message().empty() ? e.code() : e.message();
    answer.code = e.code();
  }
  co_return std::move(answer);
}

/// The stack's description, or null when there is none.
Task<Value> describe(Client& client, const Settings& settings, const std::string& stack) {
  Map input{{"StackName", Value(stack)}};
  ClientCall call = make_call(settings, "cloudformation", "DescribeStacks", std::move(input));
  Task<Answer> work = ask(client, std::move(call));
  Answer answer = co_await std::move(work);
  const Value* stacks = answer.value.find("Stacks");
  if (!stacks || stacks->list().empty()) co_return Value();
  co_return Value(stacks->list()[0]);
}

/// Waits until the stack is in no *_IN_PROGRESS state; its last description.
Task<Value> wait_for(Client& client, Loop& loop, const Settings& settings, const std::string& stack) {
  for (;;) {
    Task<Value> work = describe(client, settings, stack);
    Value found = co_await std::move(work);
    if (found.is_null() || !found.text_or("StackStatus").ends_with("_IN_PROGRESS"))
      co_return std::move(found);
    Sleep nap(loop, loop.now() + kPoll);
    co_await nap;
  }
}

Task<std::string> failure_of(Client& client, const Settings& settings, const std::string& stack_id) {
  Map input{{"StackName", Value(stack_id)}};
  ClientCall call = make_call(settings, "cloudformation", "DescribeStackEvents", std::move(input));
  Task<Answer> work = ask(client, std::move(call));
  Answer answer = co_await std::move(work);
  std::string out;
  if (const Value* events = answer.value.find("StackEvents"))
    for (const Value& e : events->list())
      if (e.text_or("ResourceStatus") == "CREATE_FAILED")
        out = std::string(e.text_or("LogicalResourceId")) + " (" + std::string(e.text_or("ResourceType")) +
              "): " + std::string(e.text_or("ResourceStatusReason"));
  co_return std::move(out);
}

/// What the stack's resources are called: logical id -> (type, physical id).
Task<std::map<std::string, std::pair<std::string, std::string>>> resources_of(Client& client,
                                                                              const Settings& settings,
                                                                              const std::string& stack) {
  Map input{{"StackName", Value(stack)}};
  ClientCall call = make_call(settings, "cloudformation", "DescribeStackResources", std::move(input));
  Task<Answer> work = ask(client, std::move(call));
  Answer answer = co_await std::move(work);
  std::map<std::string, std::pair<std::string, std::string>> out;
  if (const Value* list = answer.value.find("StackResources"))
    for (const Value& r : list->list())
      out[std::string(r.text_or("LogicalResourceId"))] =
          std::pair(std::string(r.text_or("ResourceType")), std::string(r.text_or("PhysicalResourceId")));
  co_return std::move(out);
}

Task<std::string> find_api_url(Client& client, const Settings& settings, const std::string& stack) {
  auto listing = resources_of(client, settings, stack);
  const auto resources = co_await std::move(listing);
  std::string api, stage;
  for (const auto& [id, r] : resources) {
    if (r.first == "AWS::ApiGateway::RestApi" && api.empty()) api = r.second;
    if (r.first == "AWS::ApiGateway::Stage" && stage.empty()) stage = r.second;
  }
  if (api.empty() || stage.empty()) co_return std::string();
  Map input{{"restApiId", Value(api)}};
  ClientCall call = make_call(settings, "apigateway", "GetResources", std::move(input));
  Task<Answer> work = ask(client, std::move(call));
  Answer answer = co_await std::move(work);
  std::string path;
  const Value* items = answer.value.find("items");
  if (items && items->is_list())
    for (const Value& item : items->list()) {
      const Value* methods = item.find("resourceMethods");
      if (path.empty() && methods && methods->find("POST")) path = item.text_or("path", "/");
    }
  if (path.empty()) co_return std::string();
  co_return settings.endpoint + "/_aws/execute-api/" + api + "/" + stage + path;
}

/// Gives the functions of a stack that is there already the code of the directories.
Task<std::string> update_code(Client& client, const Settings& settings, const std::string& stack,
                              const PackagedTemplate& packaged) {
  auto listing = resources_of(client, settings, stack);
  const auto resources = co_await std::move(listing);
  for (const auto& [id, zip] : packaged.functions) {
    const auto it = resources.find(id);
    if (it == resources.end()) continue;
    Map input{{"FunctionName", Value(it->second.second)}};
    ClientCall get = make_call(settings, "lambda", "GetFunctionConfiguration", std::move(input));
    Task<Answer> asking = ask(client, std::move(get));
    const Answer have = co_await std::move(asking);
    if (!have.error.empty()) co_return std::string(have.error);
    if (have.value.text_or("CodeSha256") == base64(sha256(zip))) continue;
    Map code{{"FunctionName", Value(it->second.second)}, {"ZipFile", Value(Bytes(zip))}};
    ClientCall update = make_call(settings, "lambda", "UpdateFunctionCode", std::move(code));
    Task<Answer> updating = ask(client, std::move(update));
    const Answer done = co_await std::move(updating);
    if (!done.error.empty()) co_return std::string(done.error);
  }
  co_return std::string();
}

}  // namespace

namespace {

/// JSON with every member on the line that it has in the file, so that CloudFormation's "template line N" is
/// the file's.
void positioned(std::string& out, int& line, const Value& value, const std::string& path,
                const intrinsic::Template& source) {
  if (!value.is_map()) return wire::append_json(out, value);
  out += '{';
  for (const auto& [name, member] : value.map()) {
    if (out.back() != '{') out += ',';
    const std::string inner = path.empty() ? name : path + "/" + name;
    const auto known = source.lines.find(inner);
    for (; known != source.lines.end() && line < known->second; ++line) out += '\n';
    append_json_string(out, name);
    out += ':';
    positioned(out, line, member, inner, source);
  }
  out += '}';
}

/// "message (template line 5)" as "file:5: message".
std::string located(const std::string& file, std::string message) {
  constexpr std::string_view kMark = " (template line ";
  const std::size_t mark = message.rfind(kMark);
  if (mark == std::string::npos || message.back() != ')') return file + ": " + message;
  const std::string_view digits =
      std::string_view(message).substr(mark + kMark.size(), message.size() - mark - kMark.size() - 1);
  const int line = static_cast<int>(parse_int(digits).value_or(0));
  message.resize(mark);
  return at(file, line, message);
}

}  // namespace

Result<PackagedTemplate> package_template(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Failure(file + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto parsed = intrinsic::parse_template(text);
  if (!parsed) return Failure(at(file, parsed.error().line, parsed.error().message));
  PackagedTemplate out;
  out.text_without_code = wire::to_json(parsed->root);
  Value* resources = parsed->root.map().find("Resources");
  if (!resources || !resources->is_map()) return Failure(at(file, 1, "there are no Resources"));
  for (auto& [id, body] : resources->map()) {
    if (!body.is_map()) return Failure(at(file, parsed->line("Resources/" + id), id + " is no mapping"));
    if (body.text_or("Type") != "AWS::Lambda::Function") continue;
    Value* properties = body.map().find("Properties");
    Value* code = properties && properties->is_map() ? properties->map().find("Code") : nullptr;
    if (!code || !code->is_text()) continue;
    const std::string folder = (std::filesystem::path(file).parent_path() / code->text()).string();
    auto zip = zip_directory(folder);
    if (!zip)
      return Failure(at(file, parsed->line("Resources/" + id + "/Properties/Code"), zip.error().message));
    *code = Map{{"ZipFileBase64", Value(base64(*zip))}};
    out.functions[id] = std::move(*zip);
  }
  int line = 1;
  positioned(out.text, line, parsed->root, "", *parsed);
  return out;
}

Task<DeployOutcome> deploy_template(Client& client, Loop& loop, const Settings& settings,
                                    DeployRequest request, PackagedTemplate packaged) {
  DeployOutcome outcome;
  const std::string file = request.template_file;
  Task<Value> looking = wait_for(client, loop, settings, request.stack_name);
  Value existing = co_await std::move(looking);
  const bool usable = existing.text_or("StackStatus") == "CREATE_COMPLETE";
  if (!existing.is_null() && usable && !request.replace) {
    // A Metadata-like tag remembers the template without code, so that changed code alone is an update in
    // place.
    std::string seen;
    if (const Value* tags = existing.find("Tags"))
      for (const Value& t : tags->list())
        if (t.text_or("Key") == "puddle:template") seen = t.text_or("Value");
    if (seen != sha256_hex(packaged.text_without_code)) {
      outcome.message =
          file + ": the template has changed since the stack " + request.stack_name +
          " was created. Start with --replace to delete the stack (its data too) and create it anew.";
      co_return std::move(outcome);
    }
    Task<std::string> updating = update_code(client, settings, request.stack_name, packaged);
    outcome.message = co_await std::move(updating);
    if (!outcome.message.empty()) co_return std::move(outcome);
  } else {
    if (!existing.is_null()) {
      Map input{{"StackName", Value(request.stack_name)}};
      ClientCall call = make_call(settings, "cloudformation", "DeleteStack", std::move(input));
      Task<Answer> deleting = ask(client, std::move(call));
      const Answer deleted = co_await std::move(deleting);
      Task<Value> waiting = wait_for(client, loop, settings, request.stack_name);
      const Value left = co_await std::move(waiting);
      if (!left.is_null()) {
        outcome.message = "the old stack " + request.stack_name + " could not be deleted: " +
                          std::string(left.text_or("StackStatusReason", deleted.error));
        co_return std::move(outcome);
      }
    }
    wire::List parameters, tags, capabilities;
    for (const auto& [key, value] : request.parameters)
      parameters.emplace_back(Map{{"ParameterKey", Value(key)}, {"ParameterValue", Value(value)}});
    tags.emplace_back(
        Map{{"Key", Value("puddle:template")}, {"Value", Value(sha256_hex(packaged.text_without_code))}});
    capabilities.emplace_back("CAPABILITY_NAMED_IAM");
    Map input;
    input.add("StackName", request.stack_name);
    input.add("TemplateBody", std::move(packaged.text));
    input.add("Parameters", std::move(parameters));
    input.add("Capabilities", std::move(capabilities));
    input.add("Tags", std::move(tags));
    ClientCall call = make_call(settings, "cloudformation", "CreateStack", std::move(input));
    Task<Answer> creating = ask(client, std::move(call));
    const Answer created = co_await std::move(creating);
    if (!created.error.empty()) {
      outcome.message = located(file, created.error);
      co_return std::move(outcome);
    }
    const std::string id(created.value.text_or("StackId"));
    Task<Value> waiting = wait_for(client, loop, settings, id);
    const Value stack = co_await std::move(waiting);
    if (stack.text_or("StackStatus") != "CREATE_COMPLETE") {
      Task<std::string> finding = failure_of(client, settings, id);
      const std::string why = co_await std::move(finding);
      outcome.message = located(file, why.empty() ? std::string(stack.text_or("StackStatusReason")) : why);
      co_return std::move(outcome);
    }
  }
  Task<std::string> finding = find_api_url(client, settings, request.stack_name);
  outcome.api_url = co_await std::move(finding);
  outcome.good = true;
  co_return std::move(outcome);
}

}  // namespace puddle
