import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

@Suite struct FrameBytesTests {
  private let shed = FrameShed()

  private func loaded(_ name: String, on disk: (any Disk)? = nil) throws -> FrameBytes {
    let memory = try FrameBytes(disk: disk ?? shed.disk)
    try memory.load(shed(name))
    return memory
  }

  private func refusal(_ name: String) -> DiskError? {
    #expect(throws: DiskError.self) { _ = try loaded(name) }
  }

  @Test(arguments: [1, 4095, 2 << 20, 5_000_001]) func `A file is read whole`(size: Int) throws {
    shed.scratch.run("head -c \(size) /dev/urandom > f")
    let memory = try loaded("f")
    #expect(memory.byteCount == size && memory.holes.isEmpty && !memory.isGrowing)
    let expected = try shed.read("f")
    #expect(memory.withBytes { $0.copied } == expected)
  }

  @Test func `Memory is used again, and holds nothing of the last frame`() throws {
    shed.scratch.run("head -c 3000000 /dev/urandom > a; echo short > b; : > c")
    let memory = try FrameBytes(disk: shed.disk)
    for (name, size) in [("a", 3_000_000), ("b", 6), ("c", 0), ("a", 3_000_000)] {
      try memory.load(shed(name))
      #expect(memory.byteCount == size)
      let expected = try shed.read(name)
      #expect(memory.withBytes { $0.copied } == expected)
    }
  }

  @Test func `Holes are found`() throws {
    shed.scratch.run(
      """
      head -c 8192 /dev/urandom > f; truncate -s 1M f
      head -c 4096 /dev/urandom | dd of=f bs=4096 seek=256 conv=notrunc status=none
      truncate -s 2M f
      """)
    #expect(try loaded("f").holes == [8192..<1 << 20, (1 << 20) + 4096..<2 << 20])
    shed.scratch.run("head -c 4096 /dev/urandom > f")
    #expect(try loaded("f").holes.isEmpty)
  }

  @Test func `A file that changes while it is read is growing`() throws {
    for change in ["head -c 99 /dev/zero >> f", "truncate -s 100 f", "touch -d 2001-01-01 f"] {
      shed.scratch.run("head -c 5000 /dev/urandom > f")
      let scratch = shed.scratch
      let memory = try loaded("f", on: MeddlingDisk { scratch.run(change) })
      #expect(memory.isGrowing, "\(change)")
      #expect(try !loaded("f").isGrowing)
    }
  }

  @Test func `What was cut short meanwhile has the bytes that are left`() throws {
    shed.scratch.run("head -c 5000000 /dev/urandom > f")
    let scratch = shed.scratch
    let memory = try loaded("f", on: MeddlingDisk(early: true) { scratch.run("truncate -s 3M f") })
    #expect(memory.isGrowing && memory.byteCount == 3 << 20)
  }

  /// A frame beyond the size up to which files are read whole.
  private func large(_ codec: PixelCodec) -> SampleFrame {
    SampleFrame(SampleFrame.lines(codec, in: Window(minX: 0, minY: 0, maxX: 1199, maxY: 999)))
  }

  @Test(arguments: [PixelCodec.none, .rle])
  func `The structure of a sound frame is had without its bytes`(codec: PixelCodec) throws {
    let bytes = try large(codec).bytes()
    try #require(bytes.count > 2 << 20)
    try shed.write("f", bytes)
    let memory = try FrameBytes(disk: shed.disk)
    let found = try #require(try memory.structure(of: shed("f")))
    let whole = Container(reading: bytes.rawBytes)
    #expect(found.chunks == whole.chunks && found.parts == whole.parts)
    #expect(memory.byteCount == 0 && memory.holes.isEmpty && !memory.isGrowing)
  }

  @Test func `A frame with any fault is for the whole look`() throws {
    let memory = try FrameBytes(disk: shed.disk)
    let bytes = try large(.rle).bytes()
    let record = try #require(Container(reading: bytes.rawBytes).chunks[0][600])
    for change in ["head", "leader", "tail", "page"] {
      var broken = bytes
      switch change {
      case "head": broken[4] = 3
      case "leader": broken[record.leaderOffset] ^= 1
      case "tail": broken.append(0)
      default:
        let page = (record.payload.lowerBound + 4095) / 4096 * 4096
        for place in page..<page + 4096 { broken[place] = 0 }
      }
      try shed.write(change, broken)
      #expect(try memory.structure(of: shed(change)) == nil, "\(change)")
    }
    try shed.write("small", SampleFrame(SampleFrame.lines()))
    #expect(try memory.structure(of: shed("small")) == nil)
  }

  @Test func `A frame that is cut while its structure is read has none`() throws {
    try shed.write("f", large(.none))
    let scratch = shed.scratch
    let disk = MeddlingDisk(early: true) { scratch.run("truncate -s 3M f") }
    #expect(try FrameBytes(disk: disk).structure(of: shed("f")) == nil)
  }

  @Test func `What is no frame file is refused`() throws {
    shed.scratch.run("mkdir d; mkfifo p; ln -s d/f l; truncate -s 9G huge")
    #expect(refusal("d")?.code == EISDIR)
    #expect(refusal("p")?.code == EISDIR)
    #expect(refusal("huge")?.code == EFBIG)
    let missing = refusal("none")
    #expect(missing?.code == ENOENT && missing?.name == shed("none"))
    #expect(refusal("l") != nil)
  }
}

/// A disk on which somebody works on the file: between its first status and the first byte, or when
/// its holes are looked for.
final class MeddlingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let early: Bool
  private let change: @Sendable () -> Void
  private let isDone = Atomic<Bool>(false)

  init(early: Bool = false, _ change: @escaping @Sendable () -> Void) {
    self.early = early
    self.change = change
  }

  private func meddle() {
    if !isDone.exchange(true, ordering: .relaxed) { change() }
  }

  func status(of handle: Handle) throws(DiskError) -> FileStatus {
    let status = try plain.status(of: handle)
    if early { meddle() }
    return status
  }

  func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    if !early { meddle() }
    return try plain.nextData(handle, from: offset, size: size)
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}
