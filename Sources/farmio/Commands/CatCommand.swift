import FrameEngine
import Glibc
import Mover

/// `farmio cat`.
enum CatCommand {
  static let places = OperandList<Place>("PLACE", atLeast: 1, "A file at any place", .place)

  static let spec = CommandSpec(
    "cat", .transfer, "Print files of any place",
    discussion: [
      "Writes the bytes of each file to standard output, one after the other; symbolic links are "
        + "not followed. If one cannot be read to its end the command fails there: what was "
        + "written before is only a part."
    ],
    operands: [places.spec],
    example: .init(
      command: "farmio cat s3://farm-vault/dragon/notes.txt", output: "Render 010 again."),
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    for place in session[places] {
      let open = try session.open(place, asksForMetadata: false)
      do throws(DiskError) {
        try print(open, session)
      } catch {
        throw CommandError(error.at(place.text))
      }
    }
    return .success
  }

  private static func print(_ place: OpenPlace, _ session: Session) throws(DiskError) {
    let console = session.report.console
    let file = try place.disk.open(place.path, in: .current, .read())
    defer { place.disk.abandon(file) }
    var buffer = Buffer(capacity: 1 << 20)
    var offset: Int64 = 0
    while !console.readerLeft {
      if session.interrupt.token.isCancelled { throw DiskError(.read, code: ECANCELED) }
      var all = buffer.mutableBytes
      let count = try place.disk.read(file, at: offset, into: &all)
      if count == 0 { return }
      console.write(buffer.bytes.extracting(first: count))
      offset += Int64(count)
    }
  }
}
