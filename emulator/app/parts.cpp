#include "app/parts.hpp"

namespace puddle {
namespace {

struct NoMail final : MailParts {
  Mailer* mailer() override { return nullptr; }
  std::string start(Store&, Entropy&, const Settings&, std::function<void(const std::string&)>) override { return {}; }
  void mount(Gateway&) override {}
  std::string description() const override { return {}; }
};

struct NoFunctions final : FunctionParts {
  FunctionHost* host() override { return nullptr; }
};

}  // namespace

std::unique_ptr<MailParts> MailParts::make(AsioLoop&, Pool&, const Config&) { return std::make_unique<NoMail>(); }
std::unique_ptr<FunctionParts> FunctionParts::make(AsioLoop&, HttpServer&, const std::string&) {
  return std::make_unique<NoFunctions>();
}

}  // namespace puddle
