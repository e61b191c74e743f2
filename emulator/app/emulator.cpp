// The public Emulator over the Daemon.
#include "puddle/emulator.hpp"

#include "app/daemon.hpp"

namespace puddle {

struct Emulator::Impl {
  explicit Impl(Config config) : daemon(std::move(config)) {}
  Daemon daemon;
};

Emulator::Emulator(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
Emulator::~Emulator() = default;
std::string Emulator::endpoint() const { return impl_->daemon.endpoint(); }
int Emulator::run() { return impl_->daemon.run(); }
void Emulator::stop() { impl_->daemon.stop_from_other_thread(); }
void Emulator::function(std::string name, FunctionHandler handler, FunctionOptions options) {
  impl_->daemon.add_function(std::move(name), std::move(handler), std::move(options));
}
void Emulator::on_line(std::function<void(const std::string&)> print) {
  impl_->daemon.print = std::move(print);
}

}  // namespace puddle
