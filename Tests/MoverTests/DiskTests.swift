import FrameEngine
import Glibc
import Mover
import Testing

@Suite struct DiskTests {
  let disk = ThreadDisk()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func whatIsWrittenIsRead() throws {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try disk.makeFile("a", in: folder.handle, bytes)
    #expect(try disk.contents(of: "a", in: folder.handle) == bytes)
    #expect(try disk.status(of: "a", in: folder.handle).size == 10_000)
  }

  @Test func aListingHoldsEveryNameAndKind() throws {
    for index in 0..<3_000 { try disk.makeFile(FileName("n\(index)"), in: folder.handle, []) }
    try disk.makeFolder("inner", in: folder.handle, mode: 0o755)
    try disk.makeSymbolicLink("link", in: folder.handle, to: Array("nowhere".utf8))
    let entries = try disk.entries(of: folder.handle)
    #expect(Set(entries.map(\.name)).count == 3_002)
    #expect(entries.first { $0.name == "inner" }?.kind == .folder)
    #expect(entries.first { $0.name == "link" }?.kind == .symbolicLink)
    #expect(try disk.entries(of: folder.handle).count == 3_002)
  }
}
