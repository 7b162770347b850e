// OpenSSL's libcrypto: AES-256-GCM through EVP.
#pragma once
#include <openssl/evp.h>
#include <openssl/err.h>
#include <openssl/rand.h>
