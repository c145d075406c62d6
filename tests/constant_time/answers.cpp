// What libsodium answers to "did it work?" is computed from secrets, and our code must branch on
// it. Each answer below is public by its meaning; the bytes that were computed stay secret. Only
// calls of ours come through here (ld's --wrap), never libsodium's own.
#include <sodium.h>
#include <valgrind/memcheck.h>

#include "secrets.hpp"

namespace {

int public_answer(int answer) {
  VALGRIND_MAKE_MEM_DEFINED(&answer, sizeof answer);
  return answer;
}

}  // namespace

extern "C" {

// No: the element does not decode (it is public, or our own) or a product is the identity, which
// no honest value gives and which ends the whole request for everybody to see.
int __real_crypto_scalarmult_ristretto255(unsigned char*, const unsigned char*,
                                          const unsigned char*);
int __wrap_crypto_scalarmult_ristretto255(unsigned char* q, const unsigned char* n,
                                          const unsigned char* p) {
  const int answer = __real_crypto_scalarmult_ristretto255(q, n, p);
  if (sluis::constant_time::PublicMultiples::now()) {
    VALGRIND_MAKE_MEM_DEFINED(q, crypto_scalarmult_ristretto255_BYTES);
  }
  return public_answer(answer);
}

// No: the scalar is zero. One in 2^252 is, and the dealing starts again.
int __real_crypto_scalarmult_ristretto255_base(unsigned char*, const unsigned char*);
int __wrap_crypto_scalarmult_ristretto255_base(unsigned char* q, const unsigned char* n) {
  return public_answer(__real_crypto_scalarmult_ristretto255_base(q, n));
}

// No: a blind, or a difference of two partners' x, is zero. The first never happens.
int __real_crypto_core_ristretto255_scalar_invert(unsigned char*, const unsigned char*);
int __wrap_crypto_core_ristretto255_scalar_invert(unsigned char* recip, const unsigned char* s) {
  return public_answer(__real_crypto_core_ristretto255_scalar_invert(recip, s));
}

// Asked of encodings of elements and of new keys: no honest value is zero.
int __real_sodium_is_zero(const unsigned char*, size_t);
int __wrap_sodium_is_zero(const unsigned char* n, size_t size) {
  return public_answer(__real_sodium_is_zero(n, size));
}

// Whether points open a lock, a scalar from outside is canonical: what follows is seen.
int __real_sodium_memcmp(const void*, const void*, size_t);
int __wrap_sodium_memcmp(const void* a, const void* b, size_t size) {
  return public_answer(__real_sodium_memcmp(a, b, size));
}

// Whether a sealed box opens: who sent it sees whether it was taken.
int __real_crypto_box_seal_open(unsigned char*, const unsigned char*, unsigned long long,
                                const unsigned char*, const unsigned char*);
int __wrap_crypto_box_seal_open(unsigned char* m, const unsigned char* c, unsigned long long size,
                                const unsigned char* pk, const unsigned char* sk) {
  return public_answer(__real_crypto_box_seal_open(m, c, size, pk, sk));
}

// Whether a box opens: the same.
int __real_crypto_aead_xchacha20poly1305_ietf_decrypt(unsigned char*, unsigned long long*,
                                                      unsigned char*, const unsigned char*,
                                                      unsigned long long, const unsigned char*,
                                                      unsigned long long, const unsigned char*,
                                                      const unsigned char*);
int __wrap_crypto_aead_xchacha20poly1305_ietf_decrypt(
    unsigned char* m, unsigned long long* m_size, unsigned char* nsec, const unsigned char* c,
    unsigned long long c_size, const unsigned char* ad, unsigned long long ad_size,
    const unsigned char* npub, const unsigned char* k) {
  return public_answer(__real_crypto_aead_xchacha20poly1305_ietf_decrypt(m, m_size, nsec, c, c_size,
                                                                         ad, ad_size, npub, k));
}

// Whether the padding is right, and how long the content is: how long the work on a content takes
// tells its length to whoever watches (crypto/README.md), and the recipient reads it.
int __real_sodium_unpad(size_t*, const unsigned char*, size_t, size_t);
int __wrap_sodium_unpad(size_t* size, const unsigned char* buffer, size_t padded, size_t block) {
  const int answer = __real_sodium_unpad(size, buffer, padded, block);
  VALGRIND_MAKE_MEM_DEFINED(size, sizeof *size);
  return public_answer(answer);
}
}
