/// One resolution of a texture.
public struct MipLevel: Hashable, Sendable {
  /// How often its sides were halved.
  public let level: Level
  /// Its samples. The window starts where the full one does.
  public let raster: Raster
}

/// Makes the levels of a tiled part out of the full resolution.
///
/// Halves and floats are filtered in floats, each level from the one before as it was before it was
/// rounded to its type; what a filter throws beyond the largest half stays there, so that no level
/// has infinities that the one before lacks. Whole numbers are never averaged, since they are
/// names: each is the one at its pixel's upper left.
///
/// Sides halve as the tile description rounds, down to a single pixel. The box filter takes a 4096
/// x 2160 frame of four halves to its mip levels in about 20 ms,
/// the Lanczos filter in 300.
public struct MipBuilder: Hashable, Sendable {
  /// Which levels there are and how sides halve.
  public let tiles: TileDescription
  private let resampler: Resampler

  /// A builder; the wrap modes say what a wide filter meets beyond the edges.
  public init(
    _ tiles: TileDescription, filter: MipFilter = .box, wrapAcross: WrapMode = .black,
    wrapDown: WrapMode = .black
  ) {
    self.tiles = tiles
    resampler = Resampler(filter: filter, wrapAcross: wrapAcross, wrapDown: wrapDown)
  }

  /// Every level, the full one first, in the order of the offset table.
  ///
  /// The raster is fully sampled, as tiles demand. Peak memory is about twice the raster's.
  public func levels(of raster: Raster) -> [MipLevel] {
    assemble(raster, raster.channels.indices.map { levels(of: raster, channel: $0) })
  }

  /// The levels of one channel, so that channels can be shared among threads.
  public func levels(of raster: Raster, channel: Int) -> ChannelLevels {
    precondition(raster.isFullySampled, "a tiled part has a sample of each channel everywhere")
    let grid = MipGrid(raster.window, tiles)
    let planes =
      if raster.channels[channel].type == .uint {
        grid.levels.dropFirst().map { point(raster, channel, grid.window(of: $0)) }
      } else if tiles.mode == .rip {
        rip(raster, channel, grid)
      } else {
        mip(raster, channel, grid)
      }
    return ChannelLevels(planes: planes)
  }

  /// The levels out of those of all channels, in the channels' order.
  public func assemble(_ raster: Raster, _ channels: [ChannelLevels]) -> [MipLevel] {
    precondition(channels.count == raster.channels.count, "each channel has its levels")
    let grid = MipGrid(raster.window, tiles)
    return grid.levels.enumerated().map { place, level in
      guard place > 0 else { return MipLevel(level: level, raster: raster) }
      let planes = channels.map { $0.planes[place - 1] }
      return MipLevel(
        level: level,
        raster: Raster(
          window: grid.window(of: level), channels: raster.channels, planes: planes))
    }
  }

  private func mip(_ raster: Raster, _ channel: Int, _ grid: MipGrid) -> [Raster.Plane] {
    let windows = grid.levels.dropFirst().map { grid.window(of: $0) }
    let even = evenHalvings(raster.window, windows)
    var (planes, previous) = even > 0 ? halved(raster, channel, windows[..<even]) : ([], nil)
    for window in windows.dropFirst(even) {
      let plane = next(raster, channel, previous, window)
      previous = plane
      planes.append(stored(plane, raster.channels[channel], window))
    }
    return planes
  }

  /// How many of the first levels are means of four pixels each.
  private func evenHalvings(_ full: Window, _ windows: [Window]) -> Int {
    guard resampler.filter == .box else { return 0 }
    var (width, height) = (full.width, full.height)
    return windows.prefix { window in
      defer { (width, height) = (window.width, window.height) }
      return width == 2 * window.width && height == 2 * window.height
    }.count
  }

  /// The first levels, where each halves both sides of the one before, and the last of them in
  /// floats.
  private func halved(
    _ raster: Raster, _ channel: Int, _ windows: ArraySlice<Window>
  ) -> ([Raster.Plane], FloatPlane?) {
    let type = raster.channels[channel].type
    var planes = windows.map { Raster.Plane($0, raster.channels[channel]) }
    let last = windows[windows.count - 1]
    var floats = FloatPlane(width: last.width, height: last.height)
    var cascade = BoxCascade(width: raster.window.width, count: windows.count)
    for row in 0..<raster.window.height {
      cascade.add { rows, start in
        SampleRow.read(raster.row(row, of: channel), as: type, into: &rows, from: start)
      } store: { level, row, samples, start in
        planes[level - 1].set(row, samples, from: start)
        guard level == windows.count else { return }
        for column in 0..<last.width {
          floats.samples[row * last.width + column] = samples[start + column]
        }
      }
    }
    return (planes, floats)
  }

  /// The first level of each row of levels comes from the one above it, the others from the one
  /// before.
  private func rip(_ raster: Raster, _ channel: Int, _ grid: MipGrid) -> [Raster.Plane] {
    var above: FloatPlane?
    var previous: FloatPlane?
    return grid.levels.dropFirst().map { level in
      let window = grid.window(of: level)
      let plane = next(raster, channel, level.x == 0 ? above : previous, window)
      previous = plane
      if level.x == 0 { above = plane }
      return stored(plane, raster.channels[channel], window)
    }
  }

  /// The next level of a plane, or of the raster itself if there is none yet.
  private func next(
    _ raster: Raster, _ channel: Int, _ previous: FloatPlane?, _ window: Window
  ) -> FloatPlane {
    if let previous { return resampler.reduce(previous, to: window.width, window.height) }
    let full = raster.window
    let type = raster.channels[channel].type
    return resampler.reduce(full.width, full.height, to: window.width, window.height) {
      SampleRow.read(raster.row($0, of: channel), as: type, into: &$1)
    }
  }

  private func stored(_ plane: FloatPlane, _ channel: Channel, _ window: Window) -> Raster.Plane {
    var samples = plane.samples
    if channel.type == .half && resampler.filter.overshoots {
      for index in samples.indices where samples[index].isFinite {
        samples[index] = min(max(samples[index], -65504), 65504)
      }
    }
    var target = Raster.Plane(window, channel)
    var span = target.bytes.mutableSpan
    var bytes = unsafe span.mutableBytes
    SampleRow.write(samples, as: channel.type, into: &bytes)
    return target
  }

  private func point(_ raster: Raster, _ channel: Int, _ window: Window) -> Raster.Plane {
    let source = raster.planes[channel]
    var target = Raster.Plane(window, raster.channels[channel])
    let size = source.type.byteCount
    for row in 0..<window.height {
      let from = row * raster.window.height / window.height * source.rowByteCount
      for column in 0..<window.width {
        let sample = from + column * raster.window.width / window.width * size
        let place = (row * window.width + column) * size
        for byte in 0..<size { target.bytes[place + byte] = source.bytes[sample + byte] }
      }
    }
    return target
  }
}

/// The levels of one channel below the full one.
public struct ChannelLevels: Sendable {
  fileprivate let planes: [Raster.Plane]
}
