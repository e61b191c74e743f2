// Lineage: how often the chain of events that a trace header belongs to has invoked which function. SDKs send
// the header of the running invocation on with every call, queues and topics keep it, so a loop shows in it.
// The form is X-Ray's: "...;Lineage=HASH:COUNT|HASH:COUNT", counts from 0. Pure functions.
#pragma once
#include <string>
#include <string_view>

namespace puddle::lambda {

/// Invocations of one function by one chain of events; the next one is refused (RecursiveLoop Terminate).
inline constexpr int kMaxChainedInvocations = 16;

/// How often the chain has invoked the function; function_arn is without a qualifier.
int times_invoked(std::string_view trace_header, std::string_view function_arn);
/// The header with one more invocation of the function.
std::string with_invocation(std::string_view trace_header, std::string_view function_arn);

}  // namespace puddle::lambda
