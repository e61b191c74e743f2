// The errors of SQS: JSON name, status, Query code.
#pragma once
#include "aws/error.hpp"

namespace puddle::sqs {

inline constexpr ErrorType kQueueDoesNotExist{"QueueDoesNotExist", 400,
                                              "AWS.SimpleQueueService.NonExistentQueue"};
inline constexpr ErrorType kQueueNameExists{"QueueNameExists", 400, "QueueAlreadyExists"};
inline constexpr ErrorType kQueueDeletedRecently{"QueueDeletedRecently", 400,
                                                 "AWS.SimpleQueueService.QueueDeletedRecently"};
inline constexpr ErrorType kPurgeQueueInProgress{"PurgeQueueInProgress", 403,
                                                 "AWS.SimpleQueueService.PurgeQueueInProgress"};
inline constexpr ErrorType kOverLimit{"OverLimit", 403, "OverLimit"};
inline constexpr ErrorType kMessageNotInflight{"MessageNotInflight", 400,
                                               "AWS.SimpleQueueService.MessageNotInflight"};
inline constexpr ErrorType kReceiptHandleIsInvalid{"ReceiptHandleIsInvalid", 400, "ReceiptHandleIsInvalid"};
inline constexpr ErrorType kEmptyBatchRequest{"EmptyBatchRequest", 400,
                                              "AWS.SimpleQueueService.EmptyBatchRequest"};
inline constexpr ErrorType kTooManyEntries{"TooManyEntriesInBatchRequest", 400,
                                           "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"};
inline constexpr ErrorType kIdsNotDistinct{"BatchEntryIdsNotDistinct", 400,
                                           "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"};
inline constexpr ErrorType kBatchTooLong{"BatchRequestTooLong", 400,
                                         "AWS.SimpleQueueService.BatchRequestTooLong"};
inline constexpr ErrorType kInvalidBatchEntryId{"InvalidBatchEntryId", 400,
                                                "AWS.SimpleQueueService.InvalidBatchEntryId"};
inline constexpr ErrorType kUnsupportedOperation{"UnsupportedOperation", 400,
                                                 "AWS.SimpleQueueService.UnsupportedOperation"};
inline constexpr ErrorType kInvalidAttributeName{"InvalidAttributeName", 400, "InvalidAttributeName"};
inline constexpr ErrorType kInvalidAttributeValue{"InvalidAttributeValue", 400, "InvalidAttributeValue"};
inline constexpr ErrorType kInvalidMessageContents{"InvalidMessageContents", 400, "InvalidMessageContents"};
inline constexpr ErrorType kInvalidParameter{"InvalidParameterValueException", 400, "InvalidParameterValue"};
inline constexpr ErrorType kMissingParameter{"MissingRequiredParameterException", 400, "MissingParameter"};

inline constexpr ErrorType kResourceNotFound{"ResourceNotFoundException", 404, "ResourceNotFoundException"};

}  // namespace puddle::sqs
