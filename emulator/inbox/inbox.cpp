#include "inbox/inbox.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "inbox/mime.hpp"
#include "wire/json.hpp"

namespace puddle {
namespace {

using wire::List;
using wire::Map;
using wire::Value;

constexpr std::string_view kRoot = "/_puddle/inbox";
constexpr std::int64_t kDefaultLimit = 200;

HttpResponse json(int status, const Value& value) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = wire::to_json(value);
  return response;
}

HttpResponse not_found() { return json(404, Map{{"message", "There is no such message."}}); }

Map describe(const Rows& rows, bool with_headers) {
  const inbox::Message parsed = inbox::parse_message(rows.view(4));
  Map out;
  out.add("id", rows.text(0));
  out.add("from", rows.text(2));
  out.add("to", rows.text(3));
  out.add("subject", parsed.header("subject"));
  out.add("received_at", iso8601(rows.time(1)));
  out.add("text", parsed.text);
  List links;
  for (std::string& link : inbox::links_in(parsed.text)) links.emplace_back(std::move(link));
  out.add("links", std::move(links));
  if (with_headers) {
    List headers;
    for (const auto& [name, value] : parsed.headers)
      headers.emplace_back(Map{{"name", Value(name)}, {"value", Value(value)}});
    out.add("headers", std::move(headers));
  }
  return out;
}

}  // namespace

Migration Inbox::migration() {
  return {"inbox", 1,
          "CREATE TABLE inbox_mail(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, received "
          "INTEGER NOT NULL,"
          " sender TEXT NOT NULL, recipient TEXT NOT NULL, raw TEXT NOT NULL);"};
}

void Inbox::receive(Mail mail, std::function<void(bool)> stored) {
  const std::string id = hex(entropy_.bytes(12));
  try {
    store_.atomically([&] {
      store_.run("INSERT INTO inbox_mail(id,received,sender,recipient,raw) VALUES(?1,?2,?3,?4,?5)",
                 {std::string_view(id), param(loop_.now()), std::string_view(mail.from),
                  std::string_view(mail.to), std::string_view(mail.message)});
      store_.run("DELETE FROM inbox_mail WHERE seq<=?1", {store_.last_insert_id() - kKept});
    });
  } catch (const std::exception&) {
    return stored(false);
  }
  store_.when_committed([this, raw = std::move(mail.message), stored = std::move(stored)](bool ok) {
    stored(ok);
    if (ok && on_mail) on_mail(inbox::parse_message(raw).text);
  });
}

void Inbox::handle(const HttpRequest& request, const Respond& respond) {
  std::string_view rest = request.path().substr(std::min(kRoot.size(), request.path().size()));
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const bool raw = rest.ends_with("/raw");
  const std::string id(raw ? rest.substr(0, rest.size() - 4) : rest);
  const bool removing = request.method == "DELETE";
  if (!removing && request.method != "GET") return respond(json(405, Map{{"message", "Use GET or DELETE."}}));
  if (removing) {
    std::int64_t gone = 0;
    store_.atomically([&] {
      gone = id.empty() ? store_.run("DELETE FROM inbox_mail")
                        : store_.run("DELETE FROM inbox_mail WHERE id=?1", {std::string_view(id)});
    });
    store_.when_committed([respond, found = id.empty() || gone > 0, gone](bool) {
      respond(found ? json(200, Map{{"deleted", Value(gone)}}) : not_found());
    });
    return;
  }
  constexpr const char* kColumns = "SELECT id,received,sender,recipient,raw FROM inbox_mail ";
  if (id.empty()) {
    std::int64_t limit = kDefaultLimit;
    if (const auto query = parse_query(request.query()))
      for (const auto& [name, value] : *query)
        if (name == "limit")
          limit = std::clamp<std::int64_t>(parse_int(value).value_or(kDefaultLimit), 1, kKept);
    List messages;
    for (Rows rows = store_.query(std::string(kColumns) + "ORDER BY seq DESC LIMIT ?1", {limit});
         rows.next();)
      messages.emplace_back(describe(rows, false));
    return respond(json(200, Map{{"messages", Value(std::move(messages))}}));
  }
  Rows rows = store_.query(std::string(kColumns) + "WHERE id=?1", {std::string_view(id)});
  if (!rows.next()) return respond(not_found());
  if (!raw) return respond(json(200, describe(rows, true)));
  HttpResponse response;
  response.headers.add("Content-Type", "message/rfc822");
  response.body = rows.text(4);
  respond(std::move(response));
}

}  // namespace puddle
