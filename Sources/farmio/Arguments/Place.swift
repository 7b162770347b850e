import FrameEngine
import Mover

/// One end of a copy as typed. This version moves between folders; an address of another kind is
/// refused by name, so that `s3://bucket` never becomes a folder called `s3:`.
struct Place: ArgumentValue, Hashable {
  static let expectation = "a path (addresses such as s3://… cannot be used yet)"

  let path: FileName

  init?(argument: FileName) {
    guard let path = FileName(argument: argument), !StoreAddress.hasScheme(path) else { return nil }
    self.path = path
  }
}
