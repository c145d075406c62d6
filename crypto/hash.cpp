#include "crypto/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace sluis::crypto {
namespace {

// Looked up by name once: a fetch for every digest costs more than hashing a Merkle leaf.
const EVP_MD* sha256_method() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> method(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
  return method.get();
}

EVP_MD_CTX* sha256_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return context.get();
}

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL: SHA-256 failed");
}

}  // namespace

Array<64> sha512(std::initializer_list<View> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (const View part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
  Array<64> digest;
  crypto_hash_sha512_final(&state, digest.data());  // wipes the state
  return digest;
}

Array<32> sha512_32(std::initializer_list<View> parts) {
  Array<64> whole = sha512(parts);
  Array<32> half;
  std::copy_n(whole.begin(), half.size(), half.begin());
  sodium_memzero(whole.data(), whole.size());
  return half;
}

Array<32> sha256(std::initializer_list<View> parts) {
  EVP_MD_CTX* const context = sha256_context();
  require(context != nullptr && EVP_DigestInit_ex2(context, sha256_method(), nullptr) == 1);
  for (const View part : parts) {
    require(EVP_DigestUpdate(context, part.data(), part.size()) == 1);
  }
  Array<32> digest;
  require(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

Array<32> hmac_sha256(View key, std::initializer_list<View> parts) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (const View part : parts) {
    crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  }
  Array<32> code;
  crypto_auth_hmacsha256_final(&state, code.data());
  sodium_memzero(&state, sizeof state);
  return code;
}

Array<32> hkdf_sha256(View key, std::string_view purpose) {
  constexpr Array<32> no_salt{};
  constexpr Array<1> first_block{1};
  auto extracted = hmac_sha256(no_salt, {key});
  const auto expanded = hmac_sha256(extracted, {as_view(purpose), first_block});
  sodium_memzero(extracted.data(), extracted.size());
  return expanded;
}

}  // namespace sluis::crypto
