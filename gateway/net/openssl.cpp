#include "gateway/net/openssl.hpp"

#include <openssl/err.h>

#include <ctime>

#include "config/ids.hpp"

namespace sluis::gateway::net {

std::string openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

std::optional<std::string> oin_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int place = X509_NAME_get_index_by_NID(subject, NID_serialNumber, -1);
  if (place < 0 || X509_NAME_get_index_by_NID(subject, NID_serialNumber, place) >= 0) {
    return std::nullopt;
  }
  const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place));
  // In any other type these bytes are not the text that they look like: a BMPString of twenty bytes
  // has ten characters, and DER lets a REAL stand here.
  const int type = ASN1_STRING_type(text);
  if (type != V_ASN1_PRINTABLESTRING && type != V_ASN1_UTF8STRING) return std::nullopt;
  const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  std::string oin(bytes, static_cast<std::size_t>(ASN1_STRING_length(text)));
  if (!config::is_oin(oin)) return std::nullopt;
  return oin;
}

std::chrono::system_clock::time_point not_after(const X509* certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &utc) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

}  // namespace sluis::gateway::net
