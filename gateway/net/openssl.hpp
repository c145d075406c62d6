// OpenSSL's objects with an owner, and what we read from a certificate. Inside this room only.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace sluis::gateway::net {

template <auto free_function>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};

using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using SessionPtr = std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;

/// OpenSSL's words for the first error of this thread's queue, which is emptied.
[[nodiscard]] std::string openssl_error();

/// subject.serialNumber where it stands there once and is an OIN: who the partner is. As a
/// PrintableString, which is what RFC 5280 has, or a UTF8String.
[[nodiscard]] std::optional<std::string> oin_of(const X509* certificate);

[[nodiscard]] std::chrono::system_clock::time_point not_after(const X509* certificate);

}  // namespace sluis::gateway::net
