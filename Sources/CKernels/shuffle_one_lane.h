// Loads and stores of the byte shuffle where a vector has one lane.
typedef uint8_t lane_v __attribute__((vector_size(16)));

static inline lane_v load_lanes(const uint8_t *at, size_t step) {
  (void)step;
  lane_v v;
  memcpy(&v, at, 16);
  return v;
}

static inline void store_lanes(uint8_t *at, size_t step, lane_v v) {
  (void)step;
  memcpy(at, &v, 16);
}
