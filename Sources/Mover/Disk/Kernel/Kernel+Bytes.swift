import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// Reads until the buffer is full or the file ends.
  static func read(
    _ handle: Handle, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer,
    name: FileName = ""
  ) throws(DiskError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = try call(.read, name) {
        unsafe farmio_pread(
          handle.descriptor, buffer.baseAddress! + done, buffer.count - done,
          offset + Int64(done))
      }
      done += count
      if endsFile(count, at: offset + Int64(done)) { break }
    }
    return done
  }

  /// Whether a read that got `count` bytes, up to `end`, has met the end of the file. The kernel
  /// fills whole pages: only a transfer that stopped at a page border may have more behind it.
  static func endsFile(_ count: Int, at end: Int64) -> Bool {
    count == 0 || end % 4096 != 0
  }

  /// Writes all of the bytes.
  static func write(
    _ handle: Handle, at offset: Int64, from bytes: UnsafeRawBufferPointer
  ) throws(DiskError) {
    var done = 0
    while done < bytes.count {
      let count = try call(.write) {
        unsafe farmio_pwrite(
          handle.descriptor, bytes.baseAddress! + done, bytes.count - done,
          offset + Int64(done))
      }
      // A write of nothing is no error number, and would repeat for ever.
      if count == 0 { throw DiskError(.write, code: EIO) }
      done += count
    }
  }

  /// Opens, reads from the start, closes.
  static func load(
    _ name: FileName, in folder: Handle, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int {
    let handle = try open(name, in: folder, .read())
    defer { discard(handle.descriptor) }
    return try unsafe read(handle, at: 0, into: buffer, name: name)
  }

  /// Reserves space from the start; file systems that cannot are no error.
  static func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    guard byteCount > 0 else { return }
    do throws(DiskError) {
      try call(.reserve) {
        farmio_fallocate(handle.descriptor, FALLOC_FL_KEEP_SIZE, 0, byteCount)
      }
    } catch {
      guard error.code == EOPNOTSUPP || error.code == ENOSYS else { throw error }
    }
  }

  /// The next range that holds data. Where the file system knows no holes, all of it does.
  static func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    guard offset < size else { return nil }
    do throws(DiskError) {
      let start = try seek(handle, offset, farmio_seek_data)
      guard start < size else { return nil }
      let end = try seek(handle, start, farmio_seek_hole)
      return start..<min(max(end, start + 1), size)
    } catch {
      switch error.code {
      case ENXIO: return nil
      case EINVAL, EOPNOTSUPP: return offset..<size
      default: throw error
      }
    }
  }

  /// Bytes of the file in the page cache; `nil` where the kernel or the file system does not say.
  static func cachedByteCount(of handle: Handle) throws(DiskError) -> Int64? {
    var answer = farmio_cachestat()
    do throws(DiskError) {
      try call(.status) { unsafe farmio_cachestat(handle.descriptor, 0, 0, &answer) }
    } catch {
      guard [ENOSYS, EOPNOTSUPP, EPERM].contains(error.code) else { throw error }
      return nil
    }
    return Int64(answer.cached) * 4096
  }

  private static func seek(_ handle: Handle, _ offset: Int64, _ whence: Int32) throws(DiskError)
    -> Int64
  {
    Int64(try call(.seek) { farmio_lseek(handle.descriptor, offset, whence) })
  }
}
