import FrameEngine
import Mover

/// Looking at the files of a place.
extension Session {
  /// The place that a text names.
  func place(_ text: FileName) throws(CommandError) -> Place {
    guard let place = Place(argument: text) else { throw Session.unreachable(text) }
    return place
  }

  /// Shows what is at a place; `false` if something could not be read, which is warned of.
  func look(
    at place: OpenPlace, isRecursive: Bool, _ visit: (TreeLook.Found) -> Bool
  ) throws(CommandError) -> Bool {
    var isWhole = true
    do throws(DiskError) {
      try TreeLook(on: place.disk, cancel: interrupt.token).show(
        place.path, isRecursive: isRecursive,
        failed: { failure in
          isWhole = false
          report.warning("\(failure.error)")
        }
      ) { (found) throws(DiskError) in visit(found) }
    } catch {
      throw CommandError(error)
    }
    return isWhole
  }
}
