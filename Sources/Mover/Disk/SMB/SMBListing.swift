import FrameEngine
import Glibc

/// The names of a folder as the client program lists them.
struct SMBListing: Sendable {
  private(set) var entries: [FolderEntry] = []
  private(set) var statuses: [FileName: SMBStatus] = [:]

  /// Entries of a folder, at most.
  private static let limit = 1 << 24

  /// Adds records; nonsense in them, or too many, are a failure.
  mutating func add(_ bytes: RawSpan) throws(SMBFault) {
    var reader = ByteReader(bytes)
    do throws(FormatError) {
      while reader.remaining > 0 {
        guard let status = try SMBStatus(&reader) else { throw reader.nonsense }
        let count = Int(try reader.u32())
        try reader.skip(4)
        guard count > 0, entries.count < SMBListing.limit else { throw reader.nonsense }
        let name = FileName(try reader.bytes(count))
        guard name.isPlain else { throw reader.nonsense }
        entries.append(
          FolderEntry(name: name, kind: status.isFolder ? .folder : .regular, inode: status.inode))
        statuses[name] = status
      }
    } catch {
      throw .refused(EPROTO)
    }
  }
}

extension ByteReader {
  fileprivate var nonsense: FormatError {
    FormatError(.malformed, at: offset, "a listing makes no sense")
  }
}
