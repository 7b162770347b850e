// OpenSSL's libcrypto: AES-256-GCM, SHA-256 and HMAC through EVP; RSA signatures and certificates.
#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

// Swift sees no variadic functions and no macros that call.

/// A new RSA key of so many bits; NULL on failure.
static inline EVP_PKEY *farmio_rsa_generate(size_t bits) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

/// The bytes that a memory BIO holds, and how many they are.
static inline long farmio_bio_bytes(BIO *bio, char **bytes) {
  return BIO_get_mem_data(bio, bytes);
}
