#include "gateway/net/certificates.hpp"

#include <catch2/catch.hpp>

#include "gateway/net/openssl.hpp"
#include "tests/gateway/net/net_fixture.hpp"

namespace sluis::test {
namespace {

net::X509Ptr parse(const std::string& pem) {
  const net::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return net::X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

TEST_CASE("make_leaf: names its OIN, its hosts and its authority", "[net]") {
  const auto ca = net::make_ca("Region CA", valid_now());
  const auto validity = valid_now();
  const auto leaf =
      net::make_leaf(ca, {"ggz", oin_ggz, {"IP:127.0.0.1", "DNS:localhost"}, validity});
  REQUIRE(leaf);
  const auto authority = parse(ca.certificate);
  const auto certificate = parse(leaf->certificate);
  REQUIRE(certificate);
  CHECK(net::oin_of(certificate.get()) == oin_ggz);
  CHECK(std::chrono::abs(net::not_after(certificate.get()) - validity.not_after) < 1s);
  CHECK(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0) == 1);
  CHECK(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(certificate.get(), "ggz", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                        nullptr) == 0);
  CHECK(X509_check_issued(authority.get(), certificate.get()) == X509_V_OK);
  CHECK(X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1);
  CHECK(X509_check_ca(authority.get()) == 1);
  CHECK(X509_check_ca(certificate.get()) == 0);
  CHECK(X509_check_purpose(certificate.get(), X509_PURPOSE_SSL_SERVER, 0) == 1);
  CHECK(X509_check_purpose(certificate.get(), X509_PURPOSE_SSL_CLIENT, 0) == 1);
  CHECK(EVP_PKEY_get_bits(X509_get0_pubkey(certificate.get())) == 256);
}

TEST_CASE("make_leaf: no two serial numbers or keys are the same", "[net]") {
  const auto ca = net::make_ca("Region CA", valid_now());
  const net::LeafRequest request{"ggz", oin_ggz, {}, valid_now()};
  const auto one = net::make_leaf(ca, request);
  const auto two = net::make_leaf(ca, request);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->key != two->key);
  CHECK(ASN1_INTEGER_cmp(X509_get0_serialNumber(parse(one->certificate).get()),
                         X509_get0_serialNumber(parse(two->certificate).get())) != 0);
}

TEST_CASE("make_leaf: only an authority signs, and only names that are names", "[net]") {
  const auto ca = net::make_ca("Region CA", valid_now());
  const auto other = net::make_ca("Other CA", valid_now());
  const net::LeafRequest request{"ggz", oin_ggz, {"IP:127.0.0.1"}, valid_now()};
  const auto leaf = net::make_leaf(ca, request);
  REQUIRE(leaf);

  net::CertifiedKey mixed;
  mixed.certificate = ca.certificate;
  mixed.key = other.key;
  CHECK_FALSE(net::make_leaf(mixed, request));
  CHECK_FALSE(net::make_leaf(*leaf, request));
  CHECK_FALSE(net::make_leaf(net::CertifiedKey{}, request));

  const auto name = GENERATE(as<std::string>{}, "127.0.0.1", "IP:1.2.3", "DNS:a,IP:1.2.3.4", "X:y");
  net::LeafRequest malformed{"ggz", oin_ggz, {name}, valid_now()};
  CHECK_FALSE(net::make_leaf(ca, malformed));
}

TEST_CASE("oin_of: twenty digits that stand there once", "[net]") {
  const auto ca = net::make_ca("Region CA", valid_now());
  const auto oin = GENERATE(as<std::string>{}, "", "0000009900000000200", "0000009900000000200x",
                            "000000990000000020001");
  const auto leaf = net::make_leaf(ca, {"ggz", oin, {}, valid_now()});
  REQUIRE(leaf);
  CHECK_FALSE(net::oin_of(parse(leaf->certificate).get()));
}

TEST_CASE("oin_of: twenty bytes that are digits only in a text of one byte a digit", "[net]") {
  struct Case {
    std::string name;
    int type;
    bool taken;
  };
  const auto c = GENERATE(values<Case>({
      {"PrintableString", V_ASN1_PRINTABLESTRING, true},
      {"UTF8String", V_ASN1_UTF8STRING, true},
      {"BMPString: ten other characters", V_ASN1_BMPSTRING, false},
      {"UniversalString: five", V_ASN1_UNIVERSALSTRING, false},
      {"no text at all", V_ASN1_OCTET_STRING, false},
  }));
  DYNAMIC_SECTION(c.name) {
    const net::X509Ptr certificate(X509_new());
    X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_serialNumber, c.type,
                               reinterpret_cast<const unsigned char*>(oin_ggz), 20, -1, 0);
    CHECK(net::oin_of(certificate.get()).has_value() == c.taken);
  }
}

}  // namespace
}  // namespace sluis::test
