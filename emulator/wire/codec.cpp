#include "wire/codec.hpp"

#include "wire/codec_json.hpp"
#include "wire/codec_query.hpp"
#include "wire/codec_rest_json.hpp"

namespace puddle::wire {

std::unique_ptr<Codec> make_codec(const ServiceWire& service, Protocol protocol) {
  switch (protocol) {
    case Protocol::query:
      return std::make_unique<QueryCodec>(service);
    case Protocol::rest_json:
      return std::make_unique<RestJsonCodec>(service);
    default:
      return std::make_unique<JsonCodec>(service);
  }
}

std::unique_ptr<Codec> make_query_json_codec(const ServiceWire& service) {
  return std::make_unique<QueryJsonCodec>(service);
}

}  // namespace puddle::wire
