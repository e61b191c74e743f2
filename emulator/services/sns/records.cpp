#include "services/sns/records.hpp"

#include "aws/arn.hpp"
#include "embedded/sns/schema.sql.hpp"
#include "wire/json.hpp"

namespace puddle::sns::records {

std::vector<Migration> migrations() { return {{"sns", 1, std::string(embedded::kSnsSchema)}}; }

std::string text_of(const TextMap& map) {
  wire::Map out;
  for (const auto& [name, value] : map) out.add(name, value);
  return wire::to_json(wire::Value(std::move(out)));
}

TextMap map_of(std::string_view text) {
  TextMap out;
  const Result<wire::Value> parsed = wire::parse_json(text);
  if (!parsed || !parsed->is_map()) return out;
  for (const auto& [name, value] : parsed->map())
    if (value.is_text()) out[name] = value.text();
  return out;
}

void put(Store& store, const Topic& t) {
  const std::string attributes = text_of(t.attributes), tags = text_of(t.tags);
  store.run("INSERT OR REPLACE INTO sns_topic(arn,attributes,tags,deleted,created) VALUES(?1,?2,?3,?4,?5)",
            {std::string_view(t.arn), std::string_view(attributes), std::string_view(tags), t.deleted,
             param(t.created)});
}

void put(Store& store, const Subscription& s) {
  const std::string attributes = text_of(s.attributes);
  store.run(
      "INSERT OR REPLACE INTO "
      "sns_subscription(arn,topic_arn,protocol,endpoint,owner,principal,token,confirmed,"
      "authenticated,authenticate_on_unsubscribe,attributes,created) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
      {std::string_view(s.arn), std::string_view(s.topic_arn), std::string_view(s.protocol),
       std::string_view(s.endpoint), std::string_view(s.owner), std::string_view(s.principal),
       std::string_view(s.token), std::int64_t{s.confirmed}, std::int64_t{s.authenticated},
       std::int64_t{s.authenticate_on_unsubscribe}, std::string_view(attributes), param(s.created)});
}

void remove_topic(Store& store, std::string_view arn) {
  store.run("DELETE FROM sns_topic WHERE arn=?1", {arn});
}

void remove_subscription(Store& store, std::string_view arn) {
  store.run("DELETE FROM sns_subscription WHERE arn=?1", {arn});
}

void each_topic(Store& store, const std::function<void(Topic)>& fn) {
  for (Rows rows = store.query("SELECT arn,attributes,tags,deleted,created FROM sns_topic"); rows.next();) {
    Topic t;
    t.arn = rows.text(0);
    const std::optional<Arn> arn = Arn::parse(t.arn);
    if (!arn) continue;
    t.account = arn->account;
    t.region = arn->region;
    t.name = arn->resource;
    t.attributes = map_of(rows.view(1));
    t.tags = map_of(rows.view(2));
    t.deleted = rows.integer(3);
    t.created = rows.time(4);
    fn(std::move(t));
  }
}

void each_subscription(Store& store, const std::function<void(Subscription)>& fn) {
  for (Rows rows =
           store.query("SELECT arn,topic_arn,protocol,endpoint,owner,principal,token,confirmed,authenticated,"
                       "authenticate_on_unsubscribe,attributes,created FROM sns_subscription");
       rows.next();) {
    Subscription s;
    s.arn = rows.text(0);
    s.topic_arn = rows.text(1);
    s.protocol = rows.text(2);
    s.endpoint = rows.text(3);
    s.owner = rows.text(4);
    s.principal = rows.text(5);
    s.token = rows.text(6);
    s.confirmed = rows.integer(7) != 0;
    s.authenticated = rows.integer(8) != 0;
    s.authenticate_on_unsubscribe = rows.integer(9) != 0;
    s.attributes = map_of(rows.view(10));
    s.created = rows.time(11);
    fn(std::move(s));
  }
}

}  // namespace puddle::sns::records
