#include "services/sqs/queue_url.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace puddle::sqs {
namespace {

constexpr std::string_view kScheme = "://";
constexpr std::string_view kLoopbackName = "localhost.localstack.cloud";

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "eu-west-1", "us-gov-west-1"
bool is_region(std::string_view label) {
  return label.size() <= 32 && std::count(label.begin(), label.end(), '-') >= 2 &&
         is_digits(label.substr(label.size() - 1));
}

/// "sqs.REGION.…", "REGION.queue.…"
std::string_view region_of_host(std::string_view host) {
  const auto labels = split(host, '.');
  if (labels.size() < 3) return {};
  if (labels[0] == "sqs" && is_region(labels[1])) return labels[1];
  if (labels[1] == "queue" && is_region(labels[0])) return labels[0];
  return {};
}

/// The host without what an earlier queue URL of ours put before it.
std::string_view base_host(std::string_view host) {
  const auto labels = split(host, '.');
  std::size_t skip = 0;
  if (labels.size() > 2 && !region_of_host(host).empty())
    skip = labels[0].size() + labels[1].size() + 2;
  else if (labels.size() > 1 && labels[0] == "queue")
    skip = labels[0].size() + 1;
  return host.substr(skip);
}

bool can_have_subdomains(std::string_view host) {
  const std::string_view name = host.substr(0, host.rfind(':'));
  const std::string_view last = split(name, '.').back();
  return !host.starts_with('[') && name != "localhost" && !is_digits(last);
}

}  // namespace

QueueUrl parse_queue_url(std::string_view url) {
  QueueUrl out;
  std::string_view path = url;
  if (const std::size_t scheme = url.find(kScheme); scheme != std::string_view::npos) {
    const std::string_view rest = url.substr(scheme + kScheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    out.region = region_of_host(rest.substr(0, slash));
    path = rest.substr(slash);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto parts = split(path, '/');
  out.name = parts.back();
  const std::size_t n = parts.size();
  if (n < 2 || parts[n - 2].size() != 12 || !is_digits(parts[n - 2])) return out;
  out.account = parts[n - 2];
  if (n >= 4 && parts[n - 4] == "queue" && is_region(parts[n - 3])) out.region = parts[n - 3];
  return out;
}

std::string make_queue_url(QueueUrls form, std::string_view endpoint, std::string_view region,
                           std::string_view account, std::string_view name) {
  const std::string tail = "/" + std::string(account) + "/" + std::string(name);
  if (form == QueueUrls::plain) return std::string(endpoint) + tail;
  const std::size_t scheme = endpoint.find(kScheme);
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + kScheme.size();
  const std::string before(endpoint.substr(0, start));
  std::string host(base_host(endpoint.substr(start)));
  if (form == QueueUrls::path) return before + host + "/queue/" + std::string(region) + tail;
  if (!can_have_subdomains(host)) {
    const std::size_t colon = host.rfind(':');
    const bool has_port = colon != std::string::npos && is_digits(std::string_view(host).substr(colon + 1));
    host = std::string(kLoopbackName) + (has_port ? host.substr(colon) : "");
  }
  if (form == QueueUrls::standard) return before + "sqs." + std::string(region) + "." + host + tail;
  const std::string prefix = region == "us-east-1" ? "" : std::string(region) + ".";
  return before + prefix + "queue." + host + tail;
}

}  // namespace puddle::sqs
