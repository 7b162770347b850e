import FrameEngine
import Mover

/// `farmio compare`.
enum CompareCommand {
  static let left = Operand<FileName>("A", "A frame", .path)
  static let right = Operand<FileName>("B", "The frame to compare with it", .path)
  static let heatMap = Option<FileName>(
    "heat-map", nil, "FILE", "Draw where they differ, and how much (.png or .jpg)", .path)
  static let tolerance = Option<Tolerance>(
    "tolerance", "t", "ERROR", "Let samples differ by up to ERROR; 0 by default")

  static let spec = CommandSpec(
    "compare", .frames, "Compare two frames sample by sample",
    discussion: [
      "Chunks that are packed into the same bytes are equal, and are not even unpacked. Others are "
        + "compared sample by sample: greatest and mean error, PSNR (peak 1), how many samples "
        + "differ and where the first one is. Codecs, tiling and types may differ; parts, channels "
        + "and windows that only one of them has are differences."
    ],
    operands: [left.spec, right.spec],
    options: [heatMap.spec, tolerance.spec],
    example: .init(
      command: "farmio compare old/shot.1001.exr new/shot.1001.exr --heat-map diff.png",
      output: """
        B  max 0.25  mean 3e-05  PSNR 61.2 dB  9 samples differ, first at x 8 y 42
        G  equal
        R  equal
        differ
        """),
    exits: [
      .init(.success, "they are equal, or within the tolerance"),
      .init(.notWell, "they differ, or one is damaged"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let disk = try session.makeDisk()
    let format = try session[heatMap].map { path throws(CommandError) in try PictureFormat(path) }
    let first = try FrameWork.open(session, disk, session[left])
    let second = try FrameWork.open(session, disk, session[right])
    let window = first.container.parts.first?.dataWindow
    let scale = window.map { max(1, max($0.width, $0.height) / 1024) } ?? 1
    let comparer = FrameComparer(
      heatScale: format == nil ? nil : scale, cancellation: session.interrupt.token)
    let parts = try opening { () throws(FrameWorkError) in try comparer.compare(first, second) }
    if let format, let path = session[heatMap], let map = parts.first?.pixels?.heatMap {
      let bitmap = HeatPicture(map).bitmap()
      _ = try format.write(bitmap, to: path, FrameOutput(disk: disk))
    }
    let tolerance = session[tolerance]?.value ?? 0
    let isEqual = parts.allSatisfy { $0.isEqual || $0.isEqual(within: tolerance) }
    for part in parts { tell(part, of: parts.count, session.report) }
    session.report.result(
      parts.allSatisfy(\.isEqual) ? "equal" : isEqual ? "equal within the tolerance" : "differ")
    session.report.document { write(parts, isEqual, to: &$0) }
    return isEqual ? .success : .notWell
  }

  private static func tell(
    _ part: FrameComparer.PartDifference, of count: Int, _ report: Report
  ) {
    let prefix = count > 1 ? "part \(part.part)  " : ""
    for remark in part.remarks { report.result(prefix + remark) }
    guard let pixels = part.pixels else { return }
    for name in pixels.channels.onlyLeft { report.result("\(prefix)\(name)  only in the first") }
    for name in pixels.channels.onlyRight { report.result("\(prefix)\(name)  only in the second") }
    for name in pixels.channels.unlike { report.result("\(prefix)\(name)  sampled otherwise") }
    for (pair, difference) in zip(pixels.channels.pairs, pixels.differences) {
      report.line(prefix + line(pair.name, difference))
    }
  }

  private static func line(_ name: String, _ difference: ChannelDifference) -> String {
    guard !difference.isEqual else { return "\(name)  equal" }
    var line = "\(name)  max \(Float(difference.maximum))  mean \(Float(difference.mean))"
    let ratio = difference.peakSignalToNoise()
    if ratio.isFinite { line += "  PSNR \(Wording.decimals(ratio, 1)) dB" }
    line += "  \(Wording.count(difference.differing.count, "sample")) differ"
    if let pixel = difference.differing.first { line += ", first at x \(pixel.x) y \(pixel.y)" }
    if difference.unmeasured > 0 {
      line += "; \(Wording.count(difference.unmeasured)) of them NaN or infinite on one side"
    }
    return line
  }

  private static func write(
    _ parts: [FrameComparer.PartDifference], _ isEqual: Bool, to json: inout JSONWriter
  ) {
    json.field("equal", isEqual)
    json.array("parts") { list in
      for part in parts { list.object { write(part, to: &$0) } }
    }
  }

  private static func write(
    _ part: FrameComparer.PartDifference, to json: inout JSONWriter
  ) {
    json.field("part", part.part)
    json.field("equal", part.isEqual)
    json.field("equal_chunks", part.equalChunks)
    json.array("remarks") { for remark in part.remarks { $0.text(remark) } }
    let names = part.pixels?.channels
    json.array("only_first") { for name in names?.onlyLeft ?? [] { $0.text(name) } }
    json.array("only_second") { for name in names?.onlyRight ?? [] { $0.text(name) } }
    json.array("channels") { channels in
      for (pair, difference) in zip(names?.pairs ?? [], part.pixels?.differences ?? []) {
        channels.object { channel in
          channel.field("name", pair.name)
          channel.field("samples", difference.samples)
          channel.field("differing", difference.differing.count)
          channel.field("unmeasured", difference.unmeasured)
          channel.exact("max", difference.maximum)
          channel.exact("mean", difference.mean)
          channel.exact("rms", difference.rootMeanSquare)
          channel.exact("psnr", difference.peakSignalToNoise())
          if let pixel = difference.differing.first {
            channel.array("first") {
              $0.number(pixel.x)
              $0.number(pixel.y)
            }
          }
        }
      }
    }
  }
}

/// An error as typed, such as `0.001`.
struct Tolerance: ArgumentValue, Hashable {
  static let expectation = "an error of 0 or more, such as 0.001"

  let value: Double

  init?(argument: FileName) {
    guard let text = String(argument: argument), let value = Double(text), value >= 0,
      value.isFinite
    else { return nil }
    self.value = value
  }
}
