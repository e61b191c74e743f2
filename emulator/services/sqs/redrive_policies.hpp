// RedrivePolicy and RedriveAllowPolicy, checked as AWS checks them. Pure over the service's state.
#pragma once
#include <string>

#include "services/sqs/attributes.hpp"

namespace puddle::sqs {

/// The policy as it is stored: as given, but maxReceiveCount is a number. The dead-letter queue must be
/// there, of the same account, region and type, and its RedriveAllowPolicy must allow the owner. Throws
/// InvalidParameterValue.
std::string check_redrive_policy(Sqs& sqs, const AttributeOwner& owner, const std::string& text);
/// Throws InvalidParameterValue.
void check_redrive_allow_policy(const std::string& text);
/// Whether the dead-letter queue takes messages of the source (an ARN).
bool allows_redrive_from(const Queue& dead_letter_queue, const std::string& source_arn);

}  // namespace puddle::sqs
