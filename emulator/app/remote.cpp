#include "app/remote.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "base/text.hpp"
#include "hosts/curl.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

int fail(const std::string& message) {
  std::cerr << "puddle: " << message << std::endl;
  return 1;
}

}  // namespace

int Remote::ready(bool wait, double timeout_seconds) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_seconds);
  for (;;) {
    const auto answer = curl_get(endpoint + "/_puddle/ready", std::chrono::seconds(2));
    if (answer && answer->status == 200) {
      std::cout << "ready" << std::endl;
      return 0;
    }
    const std::string why = answer ? "answered " + std::to_string(answer->status) : answer.error().message;
    if (!wait || std::chrono::steady_clock::now() > end) return fail(endpoint + " is not ready: " + why);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

int Remote::inbox() const {
  const auto answer = curl_get(endpoint + "/_puddle/inbox", std::chrono::seconds(10));
  if (!answer) return fail(answer.error().message);
  const auto parsed = wire::parse_json(answer->body);
  const wire::Value* messages = parsed ? parsed->find("messages") : nullptr;
  if (answer->status != 200 || !messages)
    return fail(endpoint + " has no inbox (status " + std::to_string(answer->status) + ")");
  for (const wire::Value& m : messages->list())
    std::cout << m.text_or("received_at") << "  " << m.text_or("id") << "\nFrom: " << m.text_or("from")
              << "\nTo: " << m.text_or("to") << "\nSubject: " << m.text_or("subject") << "\n\n"
              << m.text_or("text") << "\n"
              << std::string(72, '-') << "\n";
  if (messages->list().empty()) std::cout << "The inbox is empty.\n";
  return 0;
}

int Remote::messages(const std::string& queue, bool invisible, bool delayed) const {
  const std::string url = endpoint + "/_aws/sqs/messages?Format=json&QueueUrl=" + url_encode(queue) +
                          (invisible ? "&ShowInvisible=true" : "") + (delayed ? "&ShowDelayed=true" : "");
  const auto answer = curl_get(url, std::chrono::seconds(30));
  if (!answer) return fail(answer.error().message);
  const auto parsed = wire::parse_json(answer->body);
  const wire::Value* response = parsed ? parsed->find("ReceiveMessageResponse") : nullptr;
  if (answer->status != 200 || !response) return fail(queue + ": " + answer->body);
  const wire::Value* result = response->find("ReceiveMessageResult");
  const wire::Value* found = result ? result->find("Message") : nullptr;
  if (!found) std::cout << "There are no such messages.\n";
  // One message stands alone, several are a list.
  const wire::List one = found && !found->is_list() ? wire::List{*found} : wire::List{};
  for (const wire::Value& m : found && found->is_list() ? found->list() : one) {
    std::cout << m.text_or("MessageId") << "\n";
    for (const wire::Value& a : m.find("Attribute")->list())
      std::cout << a.text_or("Name") << ": " << a.text_or("Value") << "\n";
    std::cout << "\n" << m.text_or("Body") << "\n" << std::string(72, '-') << "\n";
  }
  return 0;
}

int Remote::env() const {
  std::cout << "export AWS_ENDPOINT_URL=" << endpoint
            << "\nexport AWS_ACCESS_KEY_ID=test\nexport AWS_SECRET_ACCESS_KEY=test\nexport "
               "AWS_DEFAULT_REGION=us-east-1\n";
  return 0;
}

int Remote::aws(std::vector<std::string> arguments) const {
  for (const auto& [name, value] :
       {std::pair("AWS_ACCESS_KEY_ID", "test"), std::pair("AWS_SECRET_ACCESS_KEY", "test"),
        std::pair("AWS_DEFAULT_REGION", "us-east-1"), std::pair("AWS_PAGER", "")})
    ::setenv(name, value, 0);
  std::vector<std::string> words{"aws", "--endpoint-url", endpoint};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp("aws", argv.data());
  return fail("the AWS CLI (aws) is not on the PATH");
}

}  // namespace puddle
