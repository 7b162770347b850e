// The judge of candidates with the CPU's AES instructions. Included inside a target attribute.
static inline uint64_t judge_aesni(const farmio_cdc_rule *rule, const uint8_t *window) {
  const uint8_t *keys = rule->round_keys;
  __m128i state = _mm_setzero_si128();
  for (int block = 0; block < 4; block++) {
    state = _mm_xor_si128(state, _mm_loadu_si128((const __m128i *)(window + 16 * block)));
    state = _mm_xor_si128(state, _mm_loadu_si128((const __m128i *)keys));
    for (int round = 1; round < 10; round++)
      state = _mm_aesenc_si128(state, _mm_loadu_si128((const __m128i *)(keys + 16 * round)));
    state = _mm_aesenclast_si128(state, _mm_loadu_si128((const __m128i *)(keys + 160)));
  }
  return (uint64_t)_mm_cvtsi128_si64(state);
}
