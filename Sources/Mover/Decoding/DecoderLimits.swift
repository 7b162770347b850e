/// What a decoder process may use.
public struct DecoderLimits: Hashable, Sendable {
  /// Bytes of address space, shared memory and libraries included.
  public var addressSpace: Int
  /// Seconds of processor time for one chunk.
  public var cpuSeconds: Int
  /// Time for one chunk on the wall; more than `cpuSeconds`, since the machine has other work.
  public var wallTime: Duration

  /// Limits far above what a sound chunk needs: a DWAB chunk of a 4K frame takes a tenth of a
  /// second and less than 50 MB.
  public init(
    addressSpace: Int = 512 << 20, cpuSeconds: Int = 20, wallTime: Duration = .seconds(60)
  ) {
    self.addressSpace = addressSpace
    self.cpuSeconds = cpuSeconds
    self.wallTime = wallTime
  }

  /// The limits as the program takes them.
  var arguments: [String] {
    ["--address-space", "\(addressSpace)", "--cpu-seconds", "\(cpuSeconds)"]
  }

  /// Bytes that a chunk may have, packed and unpacked together. The rest is for the library, which
  /// holds the chunk once or twice more.
  var sharedMemory: Int { addressSpace / 2 }
}
