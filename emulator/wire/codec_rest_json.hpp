// The REST-JSON codec; see codec.hpp.
#pragma once
#include "wire/codec.hpp"

namespace puddle::wire {

class RestJsonCodec final : public Codec {
 public:
  explicit RestJsonCodec(const ServiceWire& service) : service_(service) {}
  Decoded decode(const HttpRequest& request, const Binding& binding, const Parameters& uri) const override;
  HttpResponse encode(const Value& output, const Binding& binding,
                      std::string_view request_id) const override;
  HttpResponse encode_error(const Fault& fault, std::string_view request_id) const override;

 private:
  ServiceWire service_;
};

}  // namespace puddle::wire
