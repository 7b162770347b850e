internal import CKernels

/// One channel as floats, row by row without gaps.
struct FloatPlane: Hashable, Sendable {
  let width: Int
  let height: Int
  var samples: [Float]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    samples = [Float](repeating: 0, count: width * height)
  }
}

/// Makes the next smaller level of a channel, in floats, across and down apart.
///
/// What is not finite spreads as arithmetic has it: a NaN, or infinities of both signs, make NaN of
/// every pixel that they have a weight in. `Raster.repair` removes them first where that is not
/// wanted.
struct Resampler: Hashable, Sendable {
  let filter: MipFilter
  let wrapAcross: WrapMode
  let wrapDown: WrapMode

  /// A plane of `width` by `height` out of one of `sourceWidth` by `sourceHeight`, whose rows
  /// `load` puts into the first places of an array.
  func reduce(
    _ sourceWidth: Int, _ sourceHeight: Int, to width: Int, _ height: Int,
    load: (_ row: Int, _ into: inout [Float]) -> Void
  ) -> FloatPlane {
    if filter == .box && sourceWidth == 2 * width && sourceHeight == 2 * height {
      return box(sourceWidth, to: width, height, load: load)
    }
    let narrow = across(sourceWidth, sourceHeight, to: width, load: load)
    return height == sourceHeight ? narrow : down(narrow, to: height)
  }

  /// The same of a plane of floats.
  func reduce(_ plane: FloatPlane, to width: Int, _ height: Int) -> FloatPlane {
    reduce(plane.width, plane.height, to: width, height) { row, target in
      let start = row * plane.width
      for index in 0..<plane.width { target[index] = plane.samples[start + index] }
    }
  }

  /// Halves both sides at once, by means of four.
  private func box(
    _ sourceWidth: Int, to width: Int, _ height: Int,
    load: (_ row: Int, _ into: inout [Float]) -> Void
  ) -> FloatPlane {
    var plane = FloatPlane(width: width, height: height)
    var upper = [Float](repeating: 0, count: sourceWidth)
    var lower = upper
    for row in 0..<height {
      load(2 * row, &upper)
      load(2 * row + 1, &lower)
      unsafe plane.samples.withUnsafeMutableBufferPointer { target in
        unsafe farmio_image_box(upper, lower, width, target.baseAddress! + row * width)
      }
    }
    return plane
  }

  private func across(
    _ sourceWidth: Int, _ height: Int, to width: Int,
    load: (_ row: Int, _ into: inout [Float]) -> Void
  ) -> FloatPlane {
    var plane = FloatPlane(width: width, height: height)
    var source = [Float](repeating: 0, count: sourceWidth)
    let axis = AxisWeights(from: sourceWidth, to: width, filter, wrapAcross)
    let taps = axis.taps
    for row in 0..<height {
      load(row, &source)
      if width == sourceWidth {
        for index in 0..<width { plane.samples[row * width + index] = source[index] }
        continue
      }
      for index in 0..<width {
        var sum: Float = 0
        for tap in index * taps..<index * taps + taps {
          let product = axis.weights[tap] * source[Int(axis.places[tap])]
          sum += product
        }
        plane.samples[row * width + index] = sum
      }
    }
    return plane
  }

  private func down(_ source: FloatPlane, to height: Int) -> FloatPlane {
    var plane = FloatPlane(width: source.width, height: height)
    let axis = AxisWeights(from: source.height, to: height, filter, wrapDown)
    let width = source.width
    for row in 0..<height {
      for tap in row * axis.taps..<(row + 1) * axis.taps where axis.weights[tap] != 0 {
        let from = Int(axis.places[tap]) * width
        unsafe source.samples.withUnsafeBufferPointer { samples in
          unsafe plane.samples.withUnsafeMutableBufferPointer { target in
            unsafe farmio_image_blend(
              samples.baseAddress! + from, width, axis.weights[tap],
              target.baseAddress! + row * width)
          }
        }
      }
    }
    return plane
  }
}
