// Zip archives of function code, by libzip (quarantined in zip.cpp). Pure functions over bytes; any thread.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puddle::lambda {

/// Empty when the archive can be unpacked safely: bounded size, no absolute paths, no "..", no symbolic
/// links. Otherwise AWS's message (or ours, for paths).
std::string check_zip(std::string_view zip);
/// An archive of these files (name, content); empty when libzip refuses.
std::string make_zip(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace puddle::lambda
