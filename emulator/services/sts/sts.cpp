#include "services/sts/sts.hpp"

namespace puddle::sts {

Sts::Sts(Deps deps) : deps_(deps) {
  operations_.push_back(assume_role());
  operations_.push_back(get_caller_identity());
}

std::unique_ptr<Service> make(Deps deps) { return std::make_unique<Sts>(deps); }

const wire::ServiceWire& Sts::wire() const {
  static constexpr wire::ServiceWire kWire{.name = "sts",
                                           .protocol = wire::Protocol::query,
                                           .api_version = "2011-06-15",
                                           .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/"};
  return kWire;
}

const std::vector<std::string_view>& Sts::known_operations() const { return sts::known_operations(); }

}  // namespace puddle::sts
