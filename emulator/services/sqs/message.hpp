// Message: one message of a queue, its attributes and the digests that clients check. Values and pure
// functions.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/operation.hpp"
#include "base/time.hpp"

namespace puddle::sqs {

/// MessageAttributeValue of the API.
struct AttributeValue {
  std::optional<std::string> string_value;
  std::optional<Bytes> binary_value;
  std::optional<std::vector<std::string>> string_list;  ///< not implemented by AWS either
  std::optional<std::vector<Bytes>> binary_list;
  std::string data_type;
  static Shape shape();
};
using AttributeMap = std::map<std::string, AttributeValue>;

using Uuid = std::array<unsigned char, 16>;
std::string to_text(const Uuid& id);  ///< with hyphens
std::string to_hex(const Uuid& digest);
/// Twenty digits that grow with the order of arrival.
std::string sequence_number(std::int64_t id);

struct Group;

/// What most messages have none of.
struct Extras {
  std::string attributes;  ///< packed
  std::string trace, deduplication_id, source;
};

/// One message in memory. A million of them have to fit: members are few and narrow, texts are exact, links
/// are inside. The links belong to the index of its queue, the rest is changed by the service alone.
struct Message {
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  std::int64_t id = 0;     ///< order of arrival over all queues; names its rows
  std::int64_t queue = 0;  ///< the queue that it is in
  Time sent{}, first_received{}, visible{};
  std::int64_t receipt = 0;  ///< of the last receive, its instant or later; 0 before the first
  Message *ahead = nullptr, *behind = nullptr;  ///< in its lane: who is received before and after it
  Message *older = nullptr, *newer = nullptr;   ///< by arrival
  Group* group = nullptr;
  std::shared_ptr<const std::string> sender;
  std::unique_ptr<Extras> extras;
  std::string body;
  Uuid message_id{};
  Uuid body_md5{};                   ///< zero when not computed yet
  std::uint32_t received = 0;        ///< how often
  std::uint32_t waiting = kNowhere;  ///< place in the heap of those that wait for their time
  std::uint32_t epoch = 0;           ///< of the queue: a purge makes older ones invalid
  bool in_flight = false;
  bool misplaced = false;  ///< older than its predecessor by arrival: moved here from another queue

  const std::string& attributes() const { return extras ? extras->attributes : none(); }
  const std::string& trace() const { return extras ? extras->trace : none(); }
  const std::string& deduplication_id() const { return extras ? extras->deduplication_id : none(); }
  const std::string& source() const { return extras ? extras->source : none(); }
  std::string_view group_id() const;
  /// Drops what it has none of.
  void set_extras(Extras e);

 private:
  static const std::string& none() {
    static const std::string text;
    return text;
  }
};

/// Messages that share a MessageGroupId. FIFO: its lane has all of them in order of arrival; standard: those
/// that can be received. Owned by the index of the queue.
struct Group {
  std::string_view id;  ///< the key of the map that it is in
  Message *head = nullptr, *tail = nullptr;
  std::uint32_t members = 0, in_flight = 0;
  bool offered = false;
};

inline std::string_view Message::group_id() const { return group ? group->id : std::string_view{}; }

/// Attributes as one text: sorted by name, each `size name size type kind size value` with sizes of four
/// bytes and kind 1 for text, 2 for binary. AWS's digest is the MD5 of just this.
std::string pack(const AttributeMap& attributes);
AttributeMap unpack(std::string_view packed);
/// Hex digest over the attributes, empty when there are none.
std::string md5_of(const AttributeMap& attributes);
/// Bytes that count against the size limit: every name, type and value.
std::size_t size_of(const AttributeMap& attributes);
/// What is wrong with the attributes, or empty.
std::string why_invalid(const AttributeMap& attributes);
/// The same of system attributes, of which there is one that can be sent.
inline constexpr const char* kTraceHeader = "AWSTraceHeader";
std::string why_invalid_system(const AttributeMap& attributes);
/// Whether SQS takes the text: tab, line ends and everything from space on but surrogates, U+FFFE and U+FFFF.
bool valid_characters(std::string_view text);
/// Group, deduplication and attempt ids: 1 to 128 printable characters other than space.
bool valid_id(std::string_view id);
Uuid md5_bytes(std::string_view text);

/// Opaque to clients: queue, message and receive in base64.
std::string receipt_handle(const Message& message);
struct Receipt {
  std::int64_t queue = 0, message = 0, receipt = 0;
};
std::optional<Receipt> parse_receipt(std::string_view handle);

}  // namespace puddle::sqs
