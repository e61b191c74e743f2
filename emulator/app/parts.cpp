#include "app/parts.hpp"

namespace puddle {
namespace {

struct NoFunctions final : FunctionParts {
  FunctionHost* host() override { return nullptr; }
};

}  // namespace

std::unique_ptr<FunctionParts> FunctionParts::make(AsioLoop&, HttpServer&, const std::string&) {
  return std::make_unique<NoFunctions>();
}

}  // namespace puddle
