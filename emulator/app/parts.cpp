#include "app/parts.hpp"

#include "hosts/process_host.hpp"

namespace puddle {
namespace {

struct Processes final : FunctionParts {
  Processes(AsioLoop& loop, HttpServer& http, Pool& pool, const std::string& scratch)
      : host_(loop, http, pool, scratch) {}
  FunctionHost* host() override { return &host_; }
  ProcessHost host_;
};

}  // namespace

std::unique_ptr<FunctionParts> FunctionParts::make(AsioLoop& loop, HttpServer& http, Pool& pool,
                                                   const std::string& scratch) {
  return std::make_unique<Processes>(loop, http, pool, scratch);
}

}  // namespace puddle
