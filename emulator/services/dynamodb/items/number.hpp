// DynamoDB numbers, which the expression language owns.
#pragma once
#include "languages/expression/number.hpp"

namespace puddle::dynamodb {

using expression::Number;
using expression::parse_number;
using expression::to_order;
using expression::to_text;

}  // namespace puddle::dynamodb
