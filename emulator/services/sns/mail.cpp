// The mails of SNS as AWS writes them, in RFC 5322 form, and the notification's JSON.
#include "base/text.hpp"
#include "runtime/random.hpp"
#include "services/sns/sns.hpp"
#include "wire/json.hpp"

namespace puddle::sns {
namespace {

bool plain_ascii(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x7F || (static_cast<unsigned char>(c) < 0x20 && c != '\t'))
      return false;
  return true;
}

/// A header value without line breaks; what is not ASCII becomes encoded words.
std::string header_text(std::string_view text) {
  std::string clean;
  for (const char c : text) clean += c == '\r' || c == '\n' ? ' ' : c;
  if (plain_ascii(clean)) return clean;
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {  // words of at most 45 bytes, never cut inside a character
    std::size_t n = std::min<std::size_t>(45, clean.size() - at);
    while (n > 0 && at + n < clean.size() && (static_cast<unsigned char>(clean[at + n]) & 0xC0) == 0x80) --n;
    if (n == 0) n = std::min<std::size_t>(45, clean.size() - at);
    out += (out.empty() ? "" : "\r\n ") + std::string("=?UTF-8?B?") + base64(clean.substr(at, n)) + "?=";
    at += n;
  }
  return out;
}

/// Text as quoted-printable with CRLF line ends: no line is longer than 76, whatever the text.
std::string quoted_printable(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) {
      if (c == '\r') ++i;
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool at_end = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool keep = (c >= 33 && c <= 126 && c != '=') || ((c == ' ' || c == '\t') && !at_end);
    if (column + (keep ? 1 : 3) > 75) {
      out += "=\r\n";
      column = 0;
    }
    if (keep) {
      out += static_cast<char>(c);
      ++column;
    } else {
      out += '=';
      out += kHex[c >> 4];
      out += kHex[c & 15];
      column += 3;
    }
  }
  return out;
}

std::string headers(const Sns& sns, const Topic& topic, const Subscription& to, const std::string& subject,
                    Time now) {
  const auto name = topic.attributes.find("DisplayName");
  const std::string shown =
      name != topic.attributes.end() && !name->second.empty() ? name->second : "AWS Notifications";
  std::string date = http_date(now);
  date.replace(date.size() - 3, 3, "+0000");
  std::string quoted;
  for (const char c : shown) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  const std::string from = plain_ascii(shown) ? "\"" + header_text(quoted) + "\"" : header_text(shown);
  return "From: " + from + " <" + header_text(sns.deps.settings.mail_from) + ">\r\nTo: <" +
         header_text(to.endpoint) + ">\r\nSubject: " + header_text(subject) + "\r\nDate: " + date +
         "\r\nMessage-ID: <" + uuid(sns.deps.entropy) + "@puddle>\r\nMIME-Version: 1.0\r\n";
}

Mail make(const Sns& sns, const Subscription& to, std::string message) {
  Mail mail;
  mail.from = sns.deps.settings.mail_from;
  mail.to = to.endpoint;
  mail.message = std::move(message);
  return mail;
}

constexpr const char* kText =
    "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
constexpr const char* kHtml =
    "Content-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";

}  // namespace

std::string unsubscribe_url(const Sns& sns, std::string_view subscription) {
  return sns.deps.settings.endpoint + "/?Action=Unsubscribe&SubscriptionArn=" + std::string(subscription);
}

Mail confirmation_mail(const Sns& sns, const Topic& topic, const Subscription& to, Time now) {
  const std::string link = sns.deps.settings.endpoint +
                           "/?Action=ConfirmSubscription&TopicArn=" + to.topic_arn + "&Token=" + to.token +
                           "&Endpoint=" + url_encode(to.endpoint);
  const std::string text =
      "You have chosen to subscribe to the topic:\n" + to.topic_arn +
      "\n\nTo confirm this subscription, click or visit the link below (If this was in error no action is "
      "necessary):\n" +
      link + "\n\nPlease do not reply directly to this email.\n";
  const std::string html =
      "You have chosen to subscribe to the topic: <br/><b>" + to.topic_arn +
      "</b><br/><br/>\nTo confirm this subscription, click or visit the link below (If this was in error no "
      "action is necessary): <br/>\n<a href=\"" +
      xml_escape(link) +
      "\">Confirm subscription</a>\n<br/><br/> Please do not reply directly to this email.\n";
  const std::string boundary = "puddle-" + random_text(sns.deps.entropy, 24, kLowerAlnum);
  std::string message = headers(sns, topic, to, "AWS Notification - Subscription Confirmation", now);
  message += "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n";
  message += "--" + boundary + "\r\n" + kText + quoted_printable(text) + "\r\n";
  message += "--" + boundary + "\r\n" + kHtml + quoted_printable(html) + "\r\n--" + boundary + "--\r\n";
  return make(sns, to, std::move(message));
}

Mail notification_mail(const Sns& sns, const Topic& topic, const Subscription& to, const Delivery& d,
                       Time now) {
  std::string text = to.protocol == "email-json" ? envelope(sns, d) : d.message;
  text +=
      "\n\n--\nIf you wish to stop receiving notifications from this topic, please click or visit the link "
      "below to "
      "unsubscribe:\n" +
      unsubscribe_url(sns, to.arn) + "&Endpoint=" + url_encode(to.endpoint) +
      "\n\nPlease do not reply directly to this email.\n";
  const std::string subject = d.subject.empty() ? "AWS Notification Message" : d.subject;
  return make(sns, to, headers(sns, topic, to, subject, now) + kText + quoted_printable(text));
}

std::string envelope(const Sns& sns, const Delivery& d) {
  wire::Map out;
  out.add("Type", "Notification");
  out.add("MessageId", d.message_id);
  out.add("TopicArn", d.topic_arn);
  if (!d.subject.empty()) out.add("Subject", d.subject);
  out.add("Message", d.message);
  out.add("Timestamp", iso8601(d.published));
  out.add("UnsubscribeURL", unsubscribe_url(sns, d.subscription));
  if (!d.attributes.empty()) {
    wire::Map attributes;
    for (const auto& [name, a] : d.attributes)
      attributes.add(name, wire::Map{{"Type", Value(a.type)},
                                     {"Value", Value(a.is_binary ? base64(a.binary) : a.text)}});
    out.add("MessageAttributes", std::move(attributes));
  }
  return wire::to_json(out);
}

}  // namespace puddle::sns
