#include "gateway/net/certificates.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "gateway/net/openssl.hpp"

namespace sluis::gateway::net {
namespace {

using config::Code;
using config::Result;
using BnPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;

/// OpenSSL fails here only without memory or randomness, or by a fault of ours.
template <class T>
T must(T result) {
  if (!result) throw std::runtime_error("certificates: " + openssl_error());
  return result;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

BioPtr reader(const std::string& pem) {
  return BioPtr(must(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))));
}

void set_serial(X509* certificate) {
  // 127 random bits: positive, and RFC 5280 §4.1.2.2 takes up to 20 octets.
  std::array<unsigned char, 16> random{};
  must(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  random[0] &= 0x7f;
  const BnPtr number(must(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr)));
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)));
}

void add_name(X509_NAME* name, int nid, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const int type = nid == NID_serialNumber ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
  must(X509_NAME_add_entry_by_NID(name, nid, type, bytes, static_cast<int>(text.size()), -1, 0));
}

/// False for a value that OpenSSL does not understand.
bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

struct Draft {
  X509Ptr certificate;
  KeyPtr key;
};

Draft make_draft(const Validity& validity) {
  Draft draft{X509Ptr(must(X509_new())), KeyPtr(must(EVP_EC_gen("P-256")))};
  X509* certificate = draft.certificate.get();
  must(X509_set_version(certificate, X509_VERSION_3));
  set_serial(certificate);
  using std::chrono::system_clock;
  must(ASN1_TIME_set(X509_getm_notBefore(certificate),
                     system_clock::to_time_t(validity.not_before)));
  must(ASN1_TIME_set(X509_getm_notAfter(certificate), system_clock::to_time_t(validity.not_after)));
  must(X509_set_pubkey(certificate, draft.key.get()));
  return draft;
}

CertifiedKey to_pem(const Draft& draft) {
  CertifiedKey out;
  const BioPtr certificate(must(BIO_new(BIO_s_mem())));
  must(PEM_write_bio_X509(certificate.get(), draft.certificate.get()));
  out.certificate = text_of(certificate.get());
  const BioPtr key(must(BIO_new(BIO_s_secmem())));  // wiped by OpenSSL
  must(PEM_write_bio_PrivateKey(key.get(), draft.key.get(), nullptr, nullptr, 0, nullptr, nullptr));
  out.key = text_of(key.get());
  return out;
}

Result<void> add_alt_names(X509* certificate, X509* issuer, const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    // OpenSSL's own syntax reads more into a comma or a line than one name.
    if (name.find_first_of(", \n") != std::string::npos) {
      return config::error(Code::invalid, "not an alternative name: " + name);
    }
    joined.append(joined.empty() ? "" : ",").append(name);
  }
  if (joined.empty() || add_extension(certificate, issuer, NID_subject_alt_name, joined)) return {};
  ERR_clear_error();
  return config::error(Code::invalid, "not alternative names: " + joined);
}

}  // namespace

CertifiedKey::~CertifiedKey() {
  OPENSSL_cleanse(key.data(), key.size());
}

CertifiedKey make_ca(const std::string& common_name, const Validity& validity) {
  const Draft draft = make_draft(validity);
  X509* certificate = draft.certificate.get();
  X509_NAME* name = X509_get_subject_name(certificate);
  add_name(name, NID_commonName, common_name);
  must(X509_set_issuer_name(certificate, name));
  must(
      add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  must(add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign"));
  must(add_extension(certificate, certificate, NID_subject_key_identifier, "hash"));
  must(X509_sign(certificate, draft.key.get(), EVP_sha256()));
  return to_pem(draft);
}

Result<CertifiedKey> make_leaf(const CertifiedKey& ca, const LeafRequest& request) {
  const X509Ptr issuer(PEM_read_bio_X509(reader(ca.certificate).get(), nullptr, nullptr, nullptr));
  const KeyPtr issuer_key(PEM_read_bio_PrivateKey(reader(ca.key).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!issuer || !issuer_key || X509_check_ca(issuer.get()) != 1 ||
      X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
    ERR_clear_error();
    return config::error(Code::invalid, "not an authority's certificate and its key");
  }
  const Draft draft = make_draft(request.validity);
  X509* certificate = draft.certificate.get();
  X509_NAME* name = X509_get_subject_name(certificate);
  if (!request.oin.empty()) add_name(name, NID_serialNumber, request.oin);
  add_name(name, NID_commonName, request.common_name);
  must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer.get())));
  must(add_extension(certificate, issuer.get(), NID_basic_constraints, "critical,CA:FALSE"));
  must(add_extension(certificate, issuer.get(), NID_key_usage, "critical,digitalSignature"));
  must(add_extension(certificate, issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth"));
  must(add_extension(certificate, issuer.get(), NID_subject_key_identifier, "hash"));
  must(add_extension(certificate, issuer.get(), NID_authority_key_identifier, "keyid:always"));
  auto named = add_alt_names(certificate, issuer.get(), request.alt_names);
  if (!named) return named.failure();
  must(X509_sign(certificate, issuer_key.get(), EVP_sha256()));
  return to_pem(draft);
}

}  // namespace sluis::gateway::net
