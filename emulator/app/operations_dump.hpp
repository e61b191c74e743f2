// The operation tables of all services as JSON or as text: what `puddle operations` prints, and what the
// model test compares with the published models.
#pragma once
#include <string>

namespace puddle {

std::string operations_dump(bool json);

}  // namespace puddle
