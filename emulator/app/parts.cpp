#include "app/parts.hpp"

#include "hosts/process_host.hpp"

namespace puddle {
namespace {

struct Processes final : FunctionParts {
  Processes(AsioLoop& loop, HttpServer& http, Pool& pool, const std::string& scratch)
      : processes_(loop, http, pool, scratch), host_(loop, processes_) {}
  FunctionHost* host() override { return &host_; }
  void add(std::string name, NativeHandler handler) override {
    host_.add(std::move(name), std::move(handler));
  }
  ProcessHost processes_;
  NativeHost host_;
};

}  // namespace

std::unique_ptr<FunctionParts> FunctionParts::make(AsioLoop& loop, HttpServer& http, Pool& pool,
                                                   const std::string& scratch) {
  return std::make_unique<Processes>(loop, http, pool, scratch);
}

}  // namespace puddle
