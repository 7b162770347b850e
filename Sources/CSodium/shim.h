// libsodium: argon2id and secure memory.
#pragma once
#include <sodium.h>
