import FrameEngine

/// Every key of a repository, derived from its one 32-byte secret. Repositories that share chunks
/// share the secret.
struct RepositoryKeys: Sendable {
  /// Names chunks: keyed BLAKE3 of their plain bytes.
  let chunk: BLAKE3Key
  /// Names trees and chunk lists, so that no file's bytes can pose as one.
  let metadata: BLAKE3Key
  /// Decides cuts.
  let cut: CutKey
  /// Proves records and footers.
  let digest: BLAKE3Key
  /// What seals are derived from; `nil` where nothing is encrypted.
  private let sealing: Digest?

  init(secret: Digest, isEncrypted: Bool) {
    func derive(_ context: String) -> BLAKE3Key {
      BLAKE3.deriveKey(context: context, material: secret.bytes.rawBytes)
    }
    chunk = derive("farmio chunk id v1")
    metadata = derive("farmio metadata id v1")
    guard let cut = CutKey(Array(derive("farmio chunk cut v1").bytes.prefix(16))) else {
      preconditionFailure("a cut key has 16 bytes")
    }
    self.cut = cut
    digest = derive("farmio record digest v1")
    sealing = isEncrypted ? secret : nil
  }

  var isEncrypted: Bool { sealing != nil }

  /// The AES-256 key of one run's chunks and metadata records.
  func payloadKey(of run: RunID) -> [UInt8]? { sealKey("farmio payload v1", run) }

  /// The AES-256 key of one run's footers, and of the record named after it.
  func footerKey(of run: RunID) -> [UInt8]? { sealKey("farmio footer v1", run) }

  /// The AES-256 key of small records.
  var recordKey: [UInt8]? {
    guard let sealing else { return nil }
    return BLAKE3.deriveKey(context: "farmio record v1", material: sealing.bytes.rawBytes).bytes
  }

  private func sealKey(_ context: String, _ run: RunID) -> [UInt8]? {
    guard let sealing else { return nil }
    return BLAKE3.deriveKey(context: context, material: (sealing.bytes + run.bytes).rawBytes)
      .bytes
  }
}
