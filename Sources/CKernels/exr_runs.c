// The run lengths of EXR.
#include "CKernels.h"

#include <string.h>

// What a copy of a short run moves at once: one load and one store instead of a call.
enum { BLOCK = 16 };
// A shorter run of equal bytes costs more than it saves where other bytes surround it.
enum { SHORTEST_RUN = 3, LONGEST_RUN = 128, LONGEST_COPY = 127 };

size_t farmio_exr_unpack_runs(const uint8_t *packed, size_t packed_count, uint8_t *target,
                              size_t count, size_t *read) {
  size_t from = 0, to = 0;
  while (from < packed_count) {
    int code = (int8_t)packed[from];
    size_t length = code < 0 ? (size_t)-code : (size_t)code + 1;
    size_t stored = code < 0 ? length : 1, left = packed_count - from - 1, room = count - to;
    const uint8_t *run = packed + from + 1;
    if (stored > left || length > room) break;
    if (length <= BLOCK && room >= BLOCK && (code >= 0 || left >= BLOCK)) {
      if (code < 0)
        memcpy(target + to, run, BLOCK);
      else
        memset(target + to, *run, BLOCK);
    } else if (code < 0) {
      memcpy(target + to, run, length);
    } else {
      memset(target + to, *run, length);
    }
    from += 1 + stored;
    to += length;
  }
  *read = from;
  return to;
}

/// How many bytes from `at` on are equal, LONGEST_RUN at most.
static size_t equal_bytes(const uint8_t *source, size_t count, size_t at) {
  size_t limit = count - at < LONGEST_RUN ? count - at : LONGEST_RUN, length = 1;
  while (length < limit && source[at + length] == source[at]) length++;
  return length;
}

/// How many bytes from `at` on stand before the next run worth its code, LONGEST_COPY at most.
static size_t differing_bytes(const uint8_t *source, size_t count, size_t at) {
  size_t limit = count - at < LONGEST_COPY ? count - at : LONGEST_COPY, length = 1;
  for (; length < limit; length++) {
    const uint8_t *next = source + at + length;
    if (count - at - length >= SHORTEST_RUN && next[0] == next[1] && next[1] == next[2]) break;
  }
  return length;
}

size_t farmio_exr_pack_runs(const uint8_t *source, size_t count, uint8_t *packed, size_t capacity) {
  size_t from = 0, to = 0;
  while (from < count) {
    size_t length = equal_bytes(source, count, from);
    if (length >= SHORTEST_RUN) {
      if (capacity - to < 2) return 0;
      packed[to++] = (uint8_t)(length - 1);
      packed[to++] = source[from];
    } else {
      length = differing_bytes(source, count, from);
      if (capacity - to < length + 1) return 0;
      packed[to++] = (uint8_t)-length;
      memcpy(packed + to, source + from, length);
      to += length;
    }
    from += length;
  }
  return to;
}
