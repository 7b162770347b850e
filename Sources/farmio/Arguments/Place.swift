import FrameEngine
import Mover

/// A place of files as typed: a path, or the address of a bucket or a server.
struct Place: ArgumentValue, Hashable {
  static let expectation =
    "a path, s3://BUCKET/PREFIX, oci://BUCKET@NAMESPACE/PREFIX, nfs://SERVER/PATH or "
    + "smb://SERVER/SHARE/PATH"

  /// As it was typed.
  let text: FileName
  let address: StoreAddress

  init?(argument: FileName) {
    guard let text = FileName(argument: argument), let address = StoreAddress(text) else {
      return nil
    }
    self.text = text
    self.address = address
  }
}
