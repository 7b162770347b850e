/// Whether a checksum or digest that was read is the one of the bytes it covers.
///
/// A fuzzer never guesses a digest: only its own build believes every one, to reach what lies
/// behind.
func proves<T: Equatable>(_ read: T, _ computed: T) -> Bool {
  #if Fuzzing
    true
  #else
    read == computed
  #endif
}
