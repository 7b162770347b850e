// The tree over one contiguous input, in a variant whose widest vectors have WIDEST lanes and
// whose functions are named by VARIANT. Up to WIDEST nodes travel up together, transposed; only
// the last few levels run out of them.
#define TREE_JOIN(x, v) x##_##v
#define TREE_NAMED(x, v) TREE_JOIN(x, v)
#define VARIANT_NAME(x) TREE_NAMED(x, VARIANT)

// The leaves of at most WIDEST * 1,024 bytes, in the narrowest lanes that hold them.
static size_t tree_leaves(const uint8_t *input, size_t length, const uint32_t key[8],
                          uint64_t leaf, uint32_t mode, uint32_t *out) {
  size_t count = (length + leaf_bytes - 1) / leaf_bytes;
  if (count <= 1) {
    uint32_t cv[8];
    block_leaf(input, length, key, leaf, mode, cv);
    for (size_t i = 0; i < 8; i++) out[i * STRIDE] = cv[i];
  } else if (count == 2) {
    uint32_t pair[2][8];
    block_leaf_pair(input, length - leaf_bytes, key, leaf, mode, pair);
    for (size_t i = 0; i < 8; i++) {
      out[i * STRIDE] = pair[0][i];
      out[i * STRIDE + 1] = pair[1][i];
    }
#if WIDEST > 8
  } else if (count > 8) {
    leaves_16(input, length, key, leaf, mode, out);
#endif
#if WIDEST > 4
  } else if (count > 4) {
    leaves_8(input, length, key, leaf, mode, out);
#endif
  } else {
    leaves_4(input, length, key, leaf, mode, out);
  }
  return count;
}

// The parents of `count` nodes, in the narrowest lanes that hold them. `out` may be `table`.
static size_t tree_parents(const uint32_t *table, size_t count, const uint32_t key[8],
                           uint32_t mode, uint32_t *out) {
#if WIDEST > 8
  if (count > 16) {
    parents_16(table, count, key, mode, out);
  } else
#endif
#if WIDEST > 4
  if (count > 8) {
    parents_8(table, count, key, mode, out);
  } else
#endif
  {
    parents_4(table, count, key, mode, out);
  }
  return (count + 1) / 2;
}

// The top of the subtree over `input`, as wide as it gets: between WIDEST / 2 and WIDEST nodes of
// one level, or all its leaves if there are fewer. Returns how many.
static size_t tree_top(const uint8_t *input, size_t length, const uint32_t key[8], uint64_t leaf,
                       uint32_t mode, uint32_t *out) {
  if (length <= WIDEST * leaf_bytes) return tree_leaves(input, length, key, leaf, mode, out);
  // The left part has the largest power of two of leaves that is less than all: WIDEST or more.
  size_t leaves = (size_t)1 << (63 - __builtin_clzll((length - 1) / leaf_bytes));
  size_t left = leaves * leaf_bytes;
  uint32_t table[8 * STRIDE] __attribute__((aligned(64))) = {0};
  size_t count = tree_top(input, left, key, leaf, mode, table);
  count += tree_top(input + left, length - left, key, leaf + leaves, mode, table + count);
  return tree_parents(table, count, key, mode, out);
}

void VARIANT_NAME(farmio_blake3_tree)(const uint8_t *input, size_t length, const uint32_t key[8],
                                      uint64_t leaf, uint32_t flags, uint32_t out[8]) {
  if (length <= leaf_bytes) {
    block_leaf(input, length, key, leaf, flags, out);
    return;
  }
  uint32_t mode = flags & ~(uint32_t)farmio_blake3_root;
  uint32_t table[8 * STRIDE] __attribute__((aligned(64))) = {0};
  size_t count = tree_top(input, length, key, leaf, mode, table);
  while (count > 2) count = tree_parents(table, count, key, mode, table);
  uint32_t children[16], words[16];
  for (size_t i = 0; i < 8; i++) {
    children[i] = table[i * STRIDE];
    children[8 + i] = table[i * STRIDE + 1];
  }
  block_compress(key, (const uint8_t *)children, 0, block_bytes, flags | farmio_blake3_parent,
                 words);
  memcpy(out, words, 32);
}

void VARIANT_NAME(farmio_blake3_compress)(const uint32_t cv[8], const uint8_t block[64],
                                          uint64_t counter, uint32_t length, uint32_t flags,
                                          uint32_t out[16]) {
  block_compress(cv, block, counter, length, flags, out);
}
