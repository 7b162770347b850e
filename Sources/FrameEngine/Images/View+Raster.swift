internal import CKernels

extension ViewTable {
  /// The picture of a raster.
  ///
  /// - Parameters:
  ///   - raster: the samples.
  ///   - channels: which of the raster's channels are shown.
  ///   - frame: the pixels that the picture has, most often the display window; those that the
  ///     raster lacks are black (and transparent). The raster's window if `nil`.
  ///
  /// A frame of 4096 x 2160 halves takes about 20 ms.
  public func bitmap(
    of raster: Raster, showing channels: ViewChannels, in frame: Window? = nil
  ) -> Bitmap {
    let frame = frame ?? raster.window
    let alpha = view.keepsAlpha ? channels.alpha : nil
    var bitmap = Bitmap(width: frame.width, height: frame.height, hasAlpha: alpha != nil)
    guard let shared = frame.intersection(raster.window) else { return bitmap }
    var rows = ViewRows(raster, channels)
    for y in shared.minY...shared.maxY {
      rows.load(y)
      let place = (y - frame.minY) * frame.width + shared.minX - frame.minX
      let first = shared.minX - raster.window.minX
      if case .depth = channels {
        rows.writeDepth(first, count: shared.width, to: &bitmap, at: place)
      } else if let alpha {
        rows.loadAlpha(y, alpha)
        writeStraight(rows, first, count: shared.width, to: &bitmap, at: place)
      } else {
        write(rows, first, count: shared.width, to: &bitmap, at: place)
      }
    }
    return bitmap
  }

  /// Looks up `count` pixels of a row, from pixel `first`, and writes them to the picture's pixels
  /// from number `place`.
  private func write(
    _ rows: ViewRows, _ first: Int, count: Int, to bitmap: inout Bitmap, at place: Int
  ) {
    precondition(first + count <= rows.red.count, "the row has these pixels")
    precondition(3 * (place + count) <= bitmap.bytes.count, "the picture has these pixels")
    unsafe rows.red.withUnsafeBufferPointer { red in
      unsafe rows.green.withUnsafeBufferPointer { green in
        unsafe rows.blue.withUnsafeBufferPointer { blue in
          unsafe components.withUnsafeBufferPointer { table in
            unsafe bitmap.bytes.withUnsafeMutableBufferPointer { pixels in
              unsafe farmio_image_show(
                red.baseAddress! + first, green.baseAddress! + first, blue.baseAddress! + first,
                count, table.baseAddress!, pixels.baseAddress! + 3 * place)
            }
          }
        }
      }
    }
  }

  /// The same with alpha, from colours that were divided by it.
  private func writeStraight(
    _ rows: ViewRows, _ first: Int, count: Int, to bitmap: inout Bitmap, at place: Int
  ) {
    for index in 0..<count {
      let target = 4 * (place + index)
      bitmap.bytes[target] = self[rows.red[first + index]]
      bitmap.bytes[target + 1] = self[rows.green[first + index]]
      bitmap.bytes[target + 2] = self[rows.blue[first + index]]
      bitmap.bytes[target + 3] = UInt8((rows.alpha[first + index] * 255).rounded())
    }
  }
}

/// One row of a raster at a time, as the colours that a view shows.
struct ViewRows {
  private let raster: Raster
  private let channels: ViewChannels
  /// The finite samples nearest and farthest, of a depth.
  private let range: DepthRange
  private(set) var red: [UInt16]
  private(set) var green: [UInt16]
  private(set) var blue: [UInt16]
  /// Coverage, within 0 to 1.
  private(set) var alpha: [Float]
  private var floats: [[Float]]
  private var scratch: [Float]

  init(_ raster: Raster, _ channels: ViewChannels) {
    self.raster = raster
    self.channels = channels
    let count = raster.window.width
    red = [UInt16](repeating: 0, count: count)
    green = red
    blue = red
    alpha = [Float](repeating: 1, count: count)
    floats = Array(repeating: alpha, count: 3)
    scratch = alpha
    range = if case .depth(let depth) = channels { DepthRange(raster, depth) } else { DepthRange() }
  }

  /// Takes the colours of line `y`.
  mutating func load(_ y: Int) {
    switch channels {
    case .colour(let red, let green, let blue, _):
      raster.halves(y, of: red, &scratch, &floats[0], into: &self.red)
      raster.halves(y, of: green, &scratch, &floats[0], into: &self.green)
      if let blue { raster.halves(y, of: blue, &scratch, &floats[0], into: &self.blue) }
    case .luminanceChroma(let luminance, let red, let blue, _):
      for (place, channel) in [luminance, red, blue].enumerated() {
        raster.expandRow(y, of: channel, scratch: &scratch, into: &floats[place])
      }
      LuminanceChroma.convert(&floats)
      SampleRow.narrow(floats[0], count: floats[0].count, into: &self.red)
      SampleRow.narrow(floats[1], count: floats[1].count, into: &green)
      SampleRow.narrow(floats[2], count: floats[2].count, into: &self.blue)
    case .grey(let channel, _):
      raster.halves(y, of: channel, &scratch, &floats[0], into: &red)
      green = red
      blue = red
    case .depth(let channel):
      raster.expandRow(y, of: channel, scratch: &scratch, into: &floats[0])
    }
  }

  /// Takes the coverage of line `y` and divides the colours by it.
  mutating func loadAlpha(_ y: Int, _ channel: Int) {
    raster.expandRow(y, of: channel, scratch: &scratch, into: &alpha)
    for index in alpha.indices {
      alpha[index] = alpha[index] > 0 ? min(alpha[index], 1) : 0
    }
    ViewRows.divide(&red, by: alpha, &scratch)
    ViewRows.divide(&green, by: alpha, &scratch)
    ViewRows.divide(&blue, by: alpha, &scratch)
  }

  /// Writes `count` depths from pixel `first` to a picture's pixels from number `place`.
  func writeDepth(_ first: Int, count: Int, to bitmap: inout Bitmap, at place: Int) {
    for index in 0..<count {
      let grey = range.component(of: floats[0][first + index])
      for component in 0..<3 { bitmap.bytes[3 * (place + index) + component] = grey }
    }
  }

  private static func divide(
    _ halves: inout [UInt16], by alpha: [Float], _ floats: inout [Float]
  ) {
    SampleRow.read(unsafe halves.span.bytes, as: .half, into: &floats)
    for index in alpha.indices {
      floats[index] = alpha[index] > 0 ? floats[index] / alpha[index] : 0
    }
    SampleRow.narrow(floats, count: alpha.count, into: &halves)
  }
}

extension Raster {
  /// The samples of a channel for every pixel of line `y` as halves.
  fileprivate func halves(
    _ y: Int, of channel: Int, _ scratch: inout [Float], _ floats: inout [Float],
    into halves: inout [UInt16]
  ) {
    let described = channels[channel]
    if described.xSampling == 1 && described.ySampling == 1 {
      SampleRow.readHalves(
        row(y - window.minY, of: channel), as: described.type, scratch: &scratch, into: &halves)
    } else {
      expandRow(y, of: channel, scratch: &scratch, into: &floats)
      SampleRow.narrow(floats, count: window.width, into: &halves)
    }
  }
}
