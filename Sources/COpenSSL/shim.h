// OpenSSL's libcrypto: AES-256-GCM, SHA-256 and HMAC through EVP.
#pragma once
#include <openssl/evp.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
