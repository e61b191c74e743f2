// The Query codecs; see codec.hpp. Form parameters in; XML, or the old JSON form of it, out.
#pragma once
#include "wire/codec.hpp"

namespace puddle::wire {

class QueryCodec : public Codec {
 public:
  explicit QueryCodec(const ServiceWire& service) : service_(service) {}
  Decoded decode(const HttpRequest& request, const Binding& binding, const Parameters& uri) const final;
  HttpResponse encode(const Value& output, const Binding& binding,
                      std::string_view request_id) const override;
  HttpResponse encode_error(const Fault& fault, std::string_view request_id) const override;

 protected:
  ServiceWire service_;
};

/// Answers in JSON: for clients that send Accept: application/json.
class QueryJsonCodec final : public QueryCodec {
 public:
  using QueryCodec::QueryCodec;
  HttpResponse encode(const Value& output, const Binding& binding,
                      std::string_view request_id) const override;
  HttpResponse encode_error(const Fault& fault, std::string_view request_id) const override;
};

}  // namespace puddle::wire
