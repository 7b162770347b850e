/// How an EXR part packs its chunks; the raw value is the file's `compression`.
public enum PixelCodec: UInt8, CaseIterable, Hashable, Sendable {
  case none, rle, zips, zip, piz, pxr24, b44, b44a, dwaa, dwab, htj2k256, htj2k32

  /// Lines of a full scan-line chunk.
  public var linesPerChunk: Int {
    switch self {
    case .none, .rle, .zips: 1
    case .zip, .pxr24: 16
    case .piz, .b44, .b44a, .dwaa, .htj2k32: 32
    case .dwab, .htj2k256: 256
    }
  }

  /// Who unpacks it.
  public enum Decoding: Hashable, Sendable {
    /// Our own bounds-checked code, in this process.
    case here
    /// A library, in a child process with limits.
    case isolated
    /// Nobody here: known, and named as unsupported.
    case unsupported
  }

  /// Who unpacks it.
  public var decoding: Decoding {
    switch self {
    case .none, .rle, .zips, .zip, .pxr24: .here
    case .piz, .b44, .b44a, .dwaa, .dwab: .isolated
    case .htj2k256, .htj2k32: .unsupported
    }
  }

  /// Whether every sample comes back bit for bit; PXR24 keeps half and uint so, and cuts float to
  /// 24 bits.
  public func isLossless(for type: PixelType) -> Bool {
    switch self {
    case .none, .rle, .zips, .zip, .piz, .htj2k256, .htj2k32: true
    case .pxr24: type != .float
    case .b44, .b44a: type != .half
    case .dwaa, .dwab: false
    }
  }

  /// Whether a deep part may use it (OpenEXR 3.1).
  public var allowsDeep: Bool { self == .none || self == .rle || self == .zips }

  /// The name that command lines and reports use, such as `zip` or `dwaa`.
  public var name: String { "\(self)" }

  /// The codec of this name, in either case.
  public init?(named name: String) {
    let wanted = name.lowercased()
    guard let codec = PixelCodec.allCases.first(where: { $0.name == wanted }) else { return nil }
    self = codec
  }
}
