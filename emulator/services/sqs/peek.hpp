// Looking into a queue without taking anything: GET /_aws/sqs/messages, in the form that LocalStack's users
// know. Engine thread.
#pragma once
#include "services/sqs/sqs.hpp"

namespace puddle::sqs {

/// Answers `GET|POST /_aws/sqs/messages?QueueUrl=URL[&ShowInvisible=true][&ShowDelayed=true]`, the same with
/// `/REGION/ACCOUNT/QUEUE` behind it, and DELETE, which purges. XML; JSON for who accepts it or asks for
/// `Format=json`; AWS JSON for SDKs whose endpoint this is.
void serve_messages(Sqs& sqs, const HttpRequest& request, const Call& call, const Respond& respond);

}  // namespace puddle::sqs
