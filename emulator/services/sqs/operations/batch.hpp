// What the batch operations share: the checks of the entries' ids and the entry of a failure.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "services/sqs/sqs.hpp"

namespace puddle::sqs {

struct BatchFailure {
  std::string id, code;
  std::optional<std::string> message;
  bool sender_fault = true;
  static BatchFailure of(std::string id, const AwsError& error) {
    const wire::Fault& f = error.fault;
    BatchFailure out;
    out.id = std::move(id);
    out.code = f.query_code.empty() ? f.code : f.query_code;
    out.message = f.message;
    out.sender_fault = f.sender;
    return out;
  }
  static Shape shape() {
    return {required<&BatchFailure::id>("Id"), required<&BatchFailure::sender_fault>("SenderFault"),
            required<&BatchFailure::code>("Code"), optional<&BatchFailure::message>("Message")};
  }
};

/// A member that every entry must have.
template <class Entry>
struct BatchMember {
  const char* name;
  std::optional<std::string> Entry::*text;
};

/// Throws the errors that refuse the whole call; `each` may throw those of the queue's type, which AWS finds
/// before it finds equal ids.
template <class Entry, class F>
void check_batch(const std::vector<Entry>& entries, const std::string& entry_name,
                 std::initializer_list<BatchMember<Entry>> required, F&& each) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  if (entries.empty())
    throw kEmptyBatchRequest("There should be at least one " + entry_name + " in the request.");
  if (entries.size() > kMaxBatch)
    throw kTooManyEntries("Maximum number of entries per request are 10. You have sent " +
                          std::to_string(entries.size()) + ".");
  for (std::size_t i = 0; i < entries.size(); ++i)
    for (const auto& [name, text] : required)
      if (!(entries[i].*text))
        throw kMissingParameter("The request must contain the parameter " + entry_name + "." +
                                std::to_string(i + 1) + "." + name + ".");
  for (const Entry& e : entries) {
    const std::string& id = *e.id;
    if (id.empty() || id.size() > 80 || id.find_first_not_of(kAllowed) != std::string::npos)
      throw kInvalidBatchEntryId(
          "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at "
          "most 80 letters long.");
  }
  for (const Entry& e : entries) each(e);
  std::set<std::string> seen;
  for (const Entry& e : entries)
    if (!seen.insert(*e.id).second) throw kIdsNotDistinct("Id " + *e.id + " repeated.");
}

}  // namespace puddle::sqs
