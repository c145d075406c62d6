// Who a partner is: the OIN in the subject of its certificate (RFC 5280 §4.1.2.6). An input is a
// certificate in DER, or a subject's Name alone.
#include <openssl/err.h>

#include "config/ids.hpp"
#include "gateway/net/openssl.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sluis;
using gateway::net::OpensslFree;
using gateway::net::X509Ptr;

namespace {

X509Ptr parse(std::string_view input) {
  const auto* at = reinterpret_cast<const unsigned char*>(input.data());
  const auto size = static_cast<long>(input.size());
  if (X509Ptr whole{d2i_X509(nullptr, &at, size)}) return whole;
  at = reinterpret_cast<const unsigned char*>(input.data());
  const std::unique_ptr<X509_NAME, OpensslFree<X509_NAME_free>> name(
      d2i_X509_NAME(nullptr, &at, size));
  X509Ptr made(name ? X509_new() : nullptr);
  if (made && X509_set_subject_name(made.get(), name.get()) != 1) made.reset();
  return made;
}

/// The text of every subject.serialNumber, whatever string type it has.
std::vector<std::string> serial_numbers(const X509* certificate) {
  std::vector<std::string> all;
  const auto* subject = X509_get_subject_name(certificate);
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const auto* entry = X509_NAME_get_entry(subject, i);
    if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != NID_serialNumber) continue;
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    all.emplace_back(size < 0 ? std::string() : std::string(utf8, utf8 + size));
    OPENSSL_free(utf8);
  }
  return all;
}

}  // namespace

bool fuzz::accepts(std::string_view input) {
  const auto certificate = parse(input);
  ERR_clear_error();
  if (!certificate) return false;
  (void)gateway::net::not_after(certificate.get());
  const auto oin = gateway::net::oin_of(certificate.get());
  if (!oin) return false;
  const auto said = serial_numbers(certificate.get());
  ERR_clear_error();
  fuzz::must(config::is_oin(*oin), "an OIN has twenty digits");
  fuzz::must(said.size() == 1, "a subject with two serial numbers is nobody");
  fuzz::must(said.front() == *oin, "the OIN is what the subject says");
  return true;
}
