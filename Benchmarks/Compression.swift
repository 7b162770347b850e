import CLinux
import FrameEngine
import Glibc

/// Cuts, names and packs whole trees, one version after the other, as a backup does, and prints
/// what would be stored: per kind of file, and per version with the CPU time of each step.
///
/// `Benchmarks/History/make` writes trees to measure on.
enum CompressionBenchmarks {
  static func run(_ arguments: [String]) throws {
    var options = Options()
    var roots: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--level": options.level = rest.popFirst().flatMap { Int32($0) } ?? options.level
      case "--class": options.chunkClass = rest.popFirst().flatMap { ChunkClass(name: $0) }
      case "--single": options.joinsSmallFiles = false
      default: roots.append(word)
      }
    }
    var store = VersionStore(options)
    for root in roots {
      let version = store.add(FileTree(root))
      print("\n\(root)")
      version.print()
    }
  }

  struct Options {
    var level = Compressor.defaultLevel
    /// One class for everything; by name if `nil`.
    var chunkClass: ChunkClass?
    var joinsSmallFiles = true
  }
}

/// What one version of a tree cost.
private struct VersionCost {
  struct Bytes {
    var plain = 0
    var fresh = 0
    var stored = 0
    var chunks = 0
  }

  var kinds: [String: Bytes] = [:]
  var encodings: [Encoding: Int] = [:]
  var reading = 0.0
  var cutting = 0.0
  var hashing = 0.0
  var packing = 0.0
  var unpacking = 0.0

  func print() {
    var total = Bytes()
    line("kind", "plain MB", "new MB", "stored MB", "chunks")
    for (kind, bytes) in kinds.sorted(by: { $0.value.stored > $1.value.stored }) {
      total.plain += bytes.plain
      total.fresh += bytes.fresh
      total.stored += bytes.stored
      total.chunks += bytes.chunks
      if bytes.plain > 500_000 { line(kind, bytes) }
    }
    line("total", total)
    func speed(_ count: Int, _ seconds: Double) -> String {
      "\(fixed(seconds)) s, \(Int(Double(count) / 1e6 / max(seconds, 1e-9))) MB/s"
    }
    Swift.print("  read \(speed(total.plain, reading)); cut \(speed(total.plain, cutting))")
    Swift.print("  hash \(speed(total.plain, hashing)); pack \(speed(total.fresh, packing))")
    Swift.print("  unpack \(speed(total.fresh, unpacking))")
    let cpu = reading + cutting + hashing + packing
    Swift.print("  read + cut + hash + pack \(speed(total.plain, cpu))")
    let shares = encodings.sorted { $0.value > $1.value }.map { encoding, bytes in
      let name =
        encoding == .raw ? "raw" : encoding.stride == 0 ? "zstd" : "stride \(encoding.stride)"
      return "\(name) \(bytes / 1_000_000)"
    }
    Swift.print("  MB by encoding: \(shares.joined(separator: ", "))")
  }

  private func line(_ kind: String, _ bytes: Bytes) {
    line(
      kind, fixed(Double(bytes.plain) / 1e6), fixed(Double(bytes.fresh) / 1e6),
      fixed(Double(bytes.stored) / 1e6), "\(bytes.chunks)")
  }

  private func line(_ columns: String...) {
    var text = "  " + columns[0].padded(to: 30, left: false)
    for column in columns.dropFirst() { text += column.padded(to: 11, left: true) }
    Swift.print(text)
  }

  private func fixed(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}

extension String {
  fileprivate func padded(to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(1, width - count))
    return left ? space + self : self + space
  }
}

/// The chunks known so far, and what cuts, names and packs further ones.
private struct VersionStore: ~Copyable {
  private let options: CompressionBenchmarks.Options
  private var known: Set<Digest> = []
  private var compressor: Compressor
  private var decompressor = Decompressor()
  private var decoded = [UInt8](repeating: 0, count: Limits.chunkBytes)
  private let chunkers: [ChunkClass: Chunker]
  private let identity = BLAKE3.deriveKey(context: "benchmark chunk id", material: [1])

  init(_ options: CompressionBenchmarks.Options) {
    self.options = options
    compressor = Compressor(level: options.level)
    guard let key = CutKey([UInt8](0..<16)) else { fatalError("a key has 16 bytes") }
    chunkers = Dictionary(
      uniqueKeysWithValues: ChunkClass.allCases.map { ($0, Chunker(class: $0, key: key)) })
  }

  /// Stores every file of `tree` that is new.
  mutating func add(_ tree: FileTree) -> VersionCost {
    var cost = VersionCost()
    let buffer = FileBuffer()
    for folder in tree.folders {
      var small: [UInt8] = []
      for file in folder.files {
        let start = threadSeconds()
        buffer.read(folder.path + "/" + file.name)
        let bytes = buffer.contents
        cost.reading += threadSeconds() - start
        if options.joinsSmallFiles && bytes.count < 32 << 10 {
          small += bytes
          continue
        }
        let chunkClass = options.chunkClass ?? .suited(to: FileName(file.name))
        add(bytes, chunkClass, kind: folder.kind + "/*." + file.suffix, to: &cost)
      }
      add(small[...], options.chunkClass ?? .k64, kind: folder.kind + "/small files", to: &cost)
    }
    return cost
  }

  private mutating func add(
    _ bytes: ArraySlice<UInt8>, _ chunkClass: ChunkClass, kind: String, to cost: inout VersionCost
  ) {
    guard !bytes.isEmpty, let chunker = chunkers[chunkClass] else { return }
    var hint = StrideHint()
    var start = 0
    var ends: [UInt32] = []
    let before = threadSeconds()
    _ = unsafe chunker.cuts(bytes.span.bytes, ended: true, into: &ends)
    cost.cutting += threadSeconds() - before
    cost.kinds[kind, default: .init()].plain += bytes.count
    for end in ends.map({ Int($0) }) {
      unsafe add(bytes.span.bytes.extracting(start..<end), kind, &hint, &cost)
      start = end
    }
  }

  private mutating func add(
    _ chunk: RawSpan, _ kind: String, _ hint: inout StrideHint, _ cost: inout VersionCost
  ) {
    let start = threadSeconds()
    let name = BLAKE3.keyedHash(chunk, key: identity)
    let named = threadSeconds()
    cost.hashing += named - start
    cost.kinds[kind, default: .init()].chunks += 1
    guard known.insert(name).inserted else { return }
    let before = threadSeconds()
    let encoding = compressor.encode(chunk, hint: &hint)
    cost.packing += threadSeconds() - before
    let stored = encoding == .raw ? chunk.byteCount : compressor.payload.byteCount
    cost.kinds[kind, default: .init()].fresh += chunk.byteCount
    cost.kinds[kind, default: .init()].stored += stored
    cost.encodings[encoding, default: 0] += chunk.byteCount
    guard encoding != .raw else { return }
    let packed = threadSeconds()
    unpack(
      compressor, encoding, with: &decompressor, into: &decoded, count: chunk.byteCount)
    cost.unpacking += threadSeconds() - packed
  }
}

/// Decodes what was packed, as the price of a restore and as a check.
private func unpack(
  _ source: borrowing Compressor, _ encoding: Encoding, with decompressor: inout Decompressor,
  into decoded: inout [UInt8], count: Int
) {
  var target = decoded.mutableSpan
  var bytes = unsafe target.mutableBytes
  var room = bytes._mutatingExtracting(..<count)
  do {
    try decompressor.decode(source.payload, encoding, into: &room)
  } catch {
    fatalError("what was packed does not unpack: \(error)")
  }
}

/// The files under a folder, in order of folder, extension and name.
private struct FileTree {
  struct File {
    let name: String
    let suffix: String
  }
  struct Folder {
    let path: String
    /// The first component of the path below the root.
    let kind: String
    var files: [File] = []
  }

  private(set) var folders: [Folder] = []

  init(_ root: String) { visit(root, kind: "") }

  private mutating func visit(_ path: String, kind: String) {
    guard let stream = unsafe opendir(path) else { fatalError("cannot read the folder \(path)") }
    var folder = Folder(path: path, kind: kind)
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      guard name != ".", name != ".." else { continue }
      if unsafe entry.pointee.d_type == UInt8(DT_DIR) {
        names.append(name)
      } else if unsafe entry.pointee.d_type == UInt8(DT_REG) {
        let dot = name.lastIndex(of: ".").map { name.index(after: $0) }
        folder.files.append(File(name: name, suffix: dot.map { String(name[$0...]) } ?? ""))
      }
    }
    unsafe closedir(stream)
    folder.files.sort { ($0.suffix, $0.name) < ($1.suffix, $1.name) }
    folders.append(folder)
    for name in names.sorted() { visit(path + "/" + name, kind: kind.isEmpty ? name : kind) }
  }
}

/// One buffer that every file is read into, so that the kernel's page clearing is no part of the
/// figures.
private final class FileBuffer {
  private var bytes = [UInt8](repeating: 0, count: 128 << 20)
  private var count = 0

  func read(_ path: String) {
    guard let file = unsafe fopen(path, "rb") else { fatalError("cannot open \(path)") }
    defer { unsafe fclose(file) }
    unsafe setvbuf(file, nil, _IONBF, 0)
    unsafe fseek(file, 0, SEEK_END)
    count = unsafe ftell(file)
    unsafe rewind(file)
    if count > bytes.count { bytes = [UInt8](repeating: 0, count: count) }
    guard unsafe fread(&bytes, 1, count, file) == count else { fatalError("cannot read \(path)") }
  }

  var contents: ArraySlice<UInt8> { bytes[..<count] }
}

private func threadSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
