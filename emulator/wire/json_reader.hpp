// JsonReader: JSON text straight into a Value, for the common path: no events, no copies of what is read.
// Part of json.cpp's parse_json, which asks nlohmann about every text that is refused here. Any thread.
#pragma once
#include <functional>
#include <string_view>

#include "wire/json.hpp"

namespace puddle::wire {

/// parse_json by nlohmann, with its words for what is wrong; the tests compare the two.
Result<Value> judge_json(std::string_view text, JsonLimits limits = {});

/// Of members with one name the last value stays, at the place of the first.
void drop_duplicates(Map& map);

class JsonReader {
 public:
  JsonReader(std::string_view text, JsonLimits limits)
      : at_(text.data()), end_(text.data() + text.size()), limits_(limits) {}
  /// The whole text into `out`. False when it is not strict JSON, or is too unusual to be read here (a byte
  /// order mark, a number that underflows); `out` is half filled then.
  bool read(Value& out);
  /// An object of objects without blanks, as append_json writes them: members that are not wanted stay Raw.
  bool read_partly(Map& out, const std::function<bool(std::string_view)>& wanted);

 private:
  bool value(Value& out, std::size_t depth);
  bool object(Value& out, std::size_t depth);
  bool array(Value& out, std::size_t depth);
  bool text(std::string& out);
  bool text_with_escapes(const char* from, std::string& out);
  const char* end_of_text() const;
  bool escape(char*& to);
  bool unit(unsigned& out);
  bool number(Value& out);
  bool word(std::string_view rest);
  void space();
  bool skip(char c);
  bool pass();

  const char* at_;
  const char* end_;
  JsonLimits limits_;
};

}  // namespace puddle::wire
