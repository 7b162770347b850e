// Dealing units of UNIT bytes out to three hands and back. Included by shuffle_template.h once a
// unit; defines DEAL and COLLECT.

INLINE void DEAL(bytes_v v[3]) {
  bytes_v a = SHUFFLE(SHUFFLE(v[0], v[1], L_DEAL_0), v[2], L_DEAL_REST_0);
  bytes_v b = SHUFFLE(SHUFFLE(v[0], v[1], L_DEAL_1), v[2], L_DEAL_REST_1);
  bytes_v c = SHUFFLE(SHUFFLE(v[0], v[1], L_DEAL_2), v[2], L_DEAL_REST_2);
  v[0] = a, v[1] = b, v[2] = c;
}

INLINE void COLLECT(bytes_v v[3]) {
  bytes_v a = SHUFFLE(SHUFFLE(v[0], v[1], L_COLLECT_0), v[2], L_COLLECT_REST_0);
  bytes_v b = SHUFFLE(SHUFFLE(v[0], v[1], L_COLLECT_1), v[2], L_COLLECT_REST_1);
  bytes_v c = SHUFFLE(SHUFFLE(v[0], v[1], L_COLLECT_2), v[2], L_COLLECT_REST_2);
  v[0] = a, v[1] = b, v[2] = c;
}

#undef UNIT
#undef DEAL
#undef COLLECT
