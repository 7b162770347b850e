import FrameEngine
import Synchronization

/// Records that a worker has ready for a pack: header, payload and padding of each, back to back.
struct StagedRecords: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Offsets count from the start of `bytes`.
  private(set) var records: [PackRecord] = []

  /// Staged bytes that are worth taking the pack's lock for.
  static let fullByteCount = 1 << 20

  init() { bytes.reserveCapacity(StagedRecords.fullByteCount + Limits.chunkBytes) }

  /// Appends a record whose payload is `payload` as stored.
  mutating func append(_ record: PackRecord, payload: RawSpan, isEncrypted: Bool) {
    var placed = record
    placed.offset = UInt32(bytes.count)
    bytes.append(
      contentsOf: placed.header(
        isEncrypted: isEncrypted, payloadChecksum: CRC32C.checksum(payload)))
    unsafe payload.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    while bytes.count % PackRecord.alignment != 0 { bytes.append(0) }
    records.append(placed)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
  }
}

/// Writes one kind of pack of a run, one pack at a time, for all of its workers.
///
/// A pack is closed when it reaches its target size, or when the run ends. It appears in the store
/// only then, complete and durable.
final class PackWriter: Sendable {
  private let repository: Repository
  private let known: KnownChunks
  private let run: RunID
  private let kind: PackHeader.Kind
  private let targetByteCount: Int
  private let numbers: PackNumbers
  private let state = Mutex(State())

  private struct State: ~Copyable, Sendable {
    var open: OpenPack?
    var parts: [IndexSegment.Part] = []
    var storedBytes: UInt64 = 0
  }

  /// Used under the lock, then by the one thread that closes it.
  private struct OpenPack: @unchecked Sendable {
    let header: PackHeader
    let number: Int
    let upload: any Upload
    /// The copy of a metadata pack.
    let copy: (any Upload)?
    var byteCount: Int
    var recordCount: Int
  }

  init(
    _ repository: Repository, known: KnownChunks, run: RunID, kind: PackHeader.Kind,
    numbers: PackNumbers
  ) {
    self.repository = repository
    self.known = known
    self.run = run
    self.kind = kind
    self.numbers = numbers
    targetByteCount = repository.tuning.packByteCount
  }

  /// Bytes of the packs finished so far.
  var storedBytes: UInt64 { state.withLock { $0.storedBytes } }

  /// Puts staged records into a pack. The caller may clear `staged` afterwards.
  func append(_ staged: StagedRecords) throws(RepositoryError) {
    guard !staged.records.isEmpty else { return }
    let full = try state.withLock { (state: inout State) throws(RepositoryError) -> OpenPack? in
      var pack: OpenPack
      if let open = state.open.take() { pack = open } else { pack = try begin() }
      var records = staged.records
      for index in records.indices { records[index].offset += UInt32(pack.byteCount) }
      try storing { () throws(StoreError) in
        try pack.upload.append(staged.bytes.rawBytes)
        try pack.copy?.append(staged.bytes.rawBytes)
      }
      pack.byteCount += staged.bytes.count
      pack.recordCount += records.count
      try known.place(records, in: pack.number)
      let isFull =
        pack.byteCount >= targetByteCount || pack.recordCount >= Limits.packRecords / 2
      if !isFull { state.open = pack }
      return isFull ? pack : nil
    }
    if let full { try close(full) }
  }

  /// Closes the pack being written. Afterwards all that was appended is durable.
  func finish() throws(RepositoryError) {
    if let last = state.withLock({ $0.open.take() }) { try close(last) }
  }

  /// The ends of the packs closed since the last call.
  func takeParts() -> [IndexSegment.Part] {
    state.withLock { state in
      defer { state.parts = [] }
      return state.parts
    }
  }

  private func begin() throws(RepositoryError) -> OpenPack {
    let name = PackName(run: run, sequence: numbers.next())
    let header = PackHeader(
      name: name, kind: kind, isEncrypted: repository.isEncrypted,
      repository: repository.config.repository)
    func upload(_ object: String) throws(StoreError) -> any Upload {
      let upload = try repository.store.makeUpload(object, isBulk: kind == .data)
      try upload.append(header.encoded.rawBytes)
      return upload
    }
    let (original, copy) = try storing { () throws(StoreError) in
      (try upload(name.object), kind == .metadata ? try upload(name.copyObject) : nil)
    }
    return OpenPack(
      header: header, number: known.begin(name, kind: kind), upload: original, copy: copy,
      byteCount: PackHeader.byteCount, recordCount: 0)
  }

  private func close(_ pack: OpenPack) throws(RepositoryError) {
    let footer = repository.storedFooter(known.openRecords(pack.number), header: pack.header)
    let byteCount = pack.byteCount + footer.count + PackTrailer.byteCount
    let trailer = PackTrailer(
      recordCount: UInt32(pack.recordCount), footerByteCount: UInt32(footer.count),
      packByteCount: UInt64(byteCount),
      digest: PackFooter.digest(
        header: pack.header.encoded, storedFooter: footer, key: repository.keys.digest))
    try storing { () throws(StoreError) in
      // The copy first: whoever sees the pack may count on it.
      for upload in [pack.copy, pack.upload].compactMap({ $0 }) {
        try upload.append(footer.rawBytes)
        try upload.append(trailer.encoded.rawBytes)
        try upload.finish()
      }
    }
    known.finish(pack.number, byteCount: Int64(byteCount))
    state.withLock { state in
      state.parts.append(
        IndexSegment.Part(header: pack.header, trailer: trailer, storedFooter: footer))
      state.storedBytes += UInt64(byteCount)
    }
  }
}

/// The numbers of a run's packs: each is used once.
final class PackNumbers: Sendable {
  private let counter = Atomic<UInt32>(0)

  func next() -> UInt32 { counter.wrappingAdd(1, ordering: .relaxed).oldValue }
}
