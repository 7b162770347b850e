public import FrameEngine

/// A folder held open, closed when the last holder lets go: names are opened relative to it, however
/// deep it lies.
public final class OpenFolder: Sendable {
  /// The open folder, for calls of the same disk.
  public let handle: Handle
  private let disk: any Disk

  /// Opens the folder `name` in `parent`; not through a symbolic link.
  public convenience init(_ name: FileName, in parent: Handle, on disk: any Disk)
    throws(DiskError)
  {
    self.init(adopting: try disk.open(name, in: parent, .folder), on: disk)
  }

  /// Opens the folder at `path`, through a symbolic link if it is one: for a place that a person
  /// named.
  public convenience init(at path: FileName, on disk: any Disk) throws(DiskError) {
    do throws(DiskError) {
      try self.init(path.appending("."), in: .current, on: disk)
    } catch {
      throw error.at(path)
    }
  }

  /// Takes over an open folder.
  init(adopting handle: Handle, on disk: any Disk) {
    self.handle = handle
    self.disk = disk
  }

  deinit {
    do {
      try disk.close(handle)
    } catch {
      // A folder has no data of its own: a failing close loses nothing that anyone was promised.
    }
  }
}
