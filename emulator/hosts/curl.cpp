#include "hosts/curl.hpp"

#include <curl/curl.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstring>

namespace puddle {
namespace {

/// The functions that are used, from the library that is there.
struct Library {
  decltype(&::curl_easy_init) init = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_setopt) setopt = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) getinfo = nullptr;
  decltype(&::curl_easy_strerror) strerror = nullptr;
  decltype(&::curl_slist_append) append = nullptr;
  decltype(&::curl_slist_free_all) free_all = nullptr;
  bool loaded = false;

  Library() {
    void* so = nullptr;
    for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"})
      if (!so) so = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!so) return;
    const auto find = [so](auto& function, const char* name) {
      void* symbol = ::dlsym(so, name);
      std::memcpy(&function, &symbol, sizeof symbol);
      return symbol != nullptr;
    };
    loaded = find(init, "curl_easy_init") && find(cleanup, "curl_easy_cleanup") &&
             find(setopt, "curl_easy_setopt") && find(perform, "curl_easy_perform") &&
             find(getinfo, "curl_easy_getinfo") && find(strerror, "curl_easy_strerror") &&
             find(append, "curl_slist_append") && find(free_all, "curl_slist_free_all");
  }
};

const Library& library() {
  static const Library instance;  // loaded once, for good
  return instance;
}

constexpr const char* kMissing = "libcurl (libcurl4) is not installed";

std::size_t collect(char* data, std::size_t size, std::size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

struct Upload {
  std::string_view rest;
};

std::size_t feed(char* buffer, std::size_t size, std::size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const std::size_t n = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), n);
  upload.rest.remove_prefix(n);
  return n;
}

int check_abort(void* aborted, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<std::atomic<bool>*>(aborted) ? 1 : 0;
}

}  // namespace

Result<CurlAnswer> curl_get(const std::string& url, std::chrono::milliseconds timeout) {
  const Library& curl = library();
  if (!curl.loaded) return Failure(kMissing);
  CURL* handle = curl.init();
  CurlAnswer answer;
  char error[CURL_ERROR_SIZE] = {};
  curl.setopt(handle, CURLOPT_URL, url.c_str());
  curl.setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl.setopt(handle, CURLOPT_ERRORBUFFER, error);
  curl.setopt(handle, CURLOPT_WRITEFUNCTION, collect);
  curl.setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  const CURLcode code = curl.perform(handle);
  long status = 0;
  curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl.cleanup(handle);
  answer.status = static_cast<int>(status);
  if (code != CURLE_OK) return Failure(error[0] ? std::string(error) : std::string(curl.strerror(code)));
  return answer;
}

CurlSmtp::~CurlSmtp() {
  if (handle_) library().cleanup(handle_);
}

CurlMailAnswer CurlSmtp::send(const CurlMail& mail) {
  const Library& curl = library();
  CurlMailAnswer answer;
  if (!curl.loaded) {
    answer.detail = kMissing;
    return answer;
  }
  if (!handle_) handle_ = curl.init();
  CURL* handle = handle_;
  char error[CURL_ERROR_SIZE] = {};
  Upload upload{mail.message};
  const std::string from = "<" + mail.from + ">", to = "<" + mail.to + ">";
  curl_slist* recipients = curl.append(nullptr, to.c_str());
  curl.setopt(handle, CURLOPT_URL, mail.url.c_str());
  curl.setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl.setopt(handle, CURLOPT_TIMEOUT_MS, 30'000L);
  curl.setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  curl.setopt(handle, CURLOPT_ERRORBUFFER, error);
  curl.setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  curl.setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl.setopt(handle, CURLOPT_XFERINFOFUNCTION, check_abort);
  curl.setopt(handle, CURLOPT_XFERINFODATA, &aborted_);
  curl.setopt(handle, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
  curl.setopt(handle, CURLOPT_MAIL_FROM, from.c_str());
  curl.setopt(handle, CURLOPT_MAIL_RCPT, recipients);
  curl.setopt(handle, CURLOPT_UPLOAD, 1L);
  curl.setopt(handle, CURLOPT_READFUNCTION, feed);
  curl.setopt(handle, CURLOPT_READDATA, &upload);
  curl.setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.message.size()));
  if (!mail.user.empty()) {
    curl.setopt(handle, CURLOPT_USERNAME, mail.user.c_str());
    curl.setopt(handle, CURLOPT_PASSWORD, mail.password.c_str());
  }
  const CURLcode code = curl.perform(handle);
  curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.code);
  curl.free_all(recipients);
  answer.sent = code == CURLE_OK;
  if (!answer.sent) answer.detail = error[0] ? std::string(error) : std::string(curl.strerror(code));
  return answer;
}

}  // namespace puddle
