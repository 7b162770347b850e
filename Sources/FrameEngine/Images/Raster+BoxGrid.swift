extension Raster {
  /// The means of a shrunken image, as floats: a pixel a cell. `channels` are those of its part;
  /// cells without a sample are 0.
  public init(_ grid: BoxGrid, channels: [Channel]) {
    let picked = grid.planes.map { plane in
      Channel(name: channels[plane.channel].name, type: .float)
    }
    self.init(window: grid.cells, channels: picked)
    let shape = ChunkShape(window: grid.cells, channels: picked)
    var writer = ByteWriter(capacity: shape.byteCount)
    for row in 0..<grid.height {
      for plane in grid.planes {
        for column in 0..<grid.width {
          let mean = plane.mean(row * grid.width + column) ?? 0
          writer.append(mean.bitPattern)
        }
      }
    }
    fill(shape, writer.bytes.rawBytes)
  }
}
