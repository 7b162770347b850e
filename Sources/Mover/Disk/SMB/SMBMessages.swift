import FrameEngine

/// What the client program is asked; the other half is `Sources/ShareClient/Protocol.hpp`.
struct SMBRequest {
  enum Operation: UInt8 {
    case connect = 1, open, close, read, write, setSize, status, fileStatus, list, listMore
    case makeFolder, rename, renameIfAbsent, removeFile, removeFolder, setTime, setReadOnly, load
  }

  static let mark: UInt32 = 0x314D_5346
  /// Where the bytes of a transfer lie in the shared memory, and how many there can be.
  static let dataOffset = 64 << 10
  static let dataCapacity = 2 << 20

  var operation: Operation
  var flags: UInt8 = 0
  var file: Int32 = -1
  var mode: UInt32 = 0
  /// What stands at the start of the shared memory; at most five.
  var names: [[UInt8]] = []
  var offset: Int64 = 0
  var byteCount = 0
  var time = Timestamp(seconds: 0, nanoseconds: 0)

  init(_ operation: Operation, _ names: FileName...) {
    self.operation = operation
    self.names = names.map(\.bytes)
  }

  /// The 64 bytes of the message.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 64)
    writer.append(SMBRequest.mark)
    writer.append(operation.rawValue)
    writer.append(flags)
    writer.append(UInt16(0))
    writer.append(UInt32(bitPattern: file))
    writer.append(mode)
    for index in 0..<5 {
      writer.append(UInt32(index < names.count ? names[index].count : 0))
    }
    writer.append(time.nanoseconds)
    writer.append(offset)
    writer.append(UInt64(byteCount))
    writer.append(time.seconds)
    return writer.bytes
  }
}

/// What the client program answers.
struct SMBReply {
  static let byteCount = 64

  /// As errno has it; 0 when done.
  let error: Int32
  /// The number of a file, or bytes.
  let value: Int
  let status: SMBStatus

  /// Reads a message; `nil` where it is none.
  init?(_ bytes: [UInt8]) {
    var reader = unsafe ByteReader(bytes.span.bytes)
    do throws(FormatError) {
      guard try reader.u32() == SMBRequest.mark else { return nil }
      error = Int32(bitPattern: try reader.u32())
      guard error >= 0, error < 4096, let value = Int(exactly: try reader.u64()),
        let status = try SMBStatus(&reader)
      else { return nil }
      self.value = value
      self.status = status
    } catch {
      return nil
    }
  }
}

/// What the client program tells of a file or folder.
struct SMBStatus: Hashable {
  let size: Int64
  let modified: Timestamp
  let changed: Timestamp
  let inode: UInt64
  let isFolder: Bool
  let isReadOnly: Bool

  /// The 48 bytes of a status; `nil` where they make no sense.
  init?(_ reader: inout ByteReader) throws(FormatError) {
    size = try reader.i64()
    let modifiedSeconds = try reader.i64()
    let changedSeconds = try reader.i64()
    inode = try reader.u64()
    let modifiedNanoseconds = try reader.u32()
    let changedNanoseconds = try reader.u32()
    let kind = try reader.u8()
    isFolder = kind == 1
    isReadOnly = try reader.u8() != 0
    try reader.skip(6)
    guard size >= 0, kind <= 1, modifiedNanoseconds < 1_000_000_000,
      changedNanoseconds < 1_000_000_000
    else { return nil }
    modified = Timestamp(seconds: modifiedSeconds, nanoseconds: modifiedNanoseconds)
    changed = Timestamp(seconds: changedSeconds, nanoseconds: changedNanoseconds)
  }
}
