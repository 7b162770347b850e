/// A picture to look at: 8 bits a component, sRGB, rows from the top without gaps.
public struct Bitmap: Hashable, Sendable {
  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// Whether a pixel has alpha, not multiplied into its colours, as its fourth byte.
  public let hasAlpha: Bool
  /// Red, green, blue (and alpha) of every pixel.
  public internal(set) var bytes: [UInt8]

  /// A picture of one colour, black unless said otherwise; transparent if it has alpha.
  public init(width: Int, height: Int, hasAlpha: Bool = false, filledWith colour: Colour = .black) {
    precondition(width > 0 && height > 0, "a picture holds at least a pixel")
    self.width = width
    self.height = height
    self.hasAlpha = hasAlpha
    let pixel = [colour.red, colour.green, colour.blue]
    if colour == .black {
      bytes = [UInt8](repeating: 0, count: width * height * (hasAlpha ? 4 : 3))
    } else {
      let row = Array(repeatElement(hasAlpha ? pixel + [0] : pixel, count: width).joined())
      bytes = []
      bytes.reserveCapacity(row.count * height)
      for _ in 0..<height { bytes += row }
    }
  }

  /// Bytes of a pixel: 3, or 4 with alpha.
  public var componentCount: Int { hasAlpha ? 4 : 3 }

  /// The colour of a pixel inside.
  public subscript(x: Int, y: Int) -> Colour {
    get {
      let place = (y * width + x) * componentCount
      return Colour(bytes[place], bytes[place + 1], bytes[place + 2])
    }
    set {
      let place = (y * width + x) * componentCount
      bytes[place] = newValue.red
      bytes[place + 1] = newValue.green
      bytes[place + 2] = newValue.blue
      if hasAlpha { bytes[place + 3] = 255 }
    }
  }
}

/// A colour of 8 bits a component, sRGB.
public struct Colour: Hashable, Sendable {
  /// The red component.
  public var red: UInt8
  /// The green component.
  public var green: UInt8
  /// The blue component.
  public var blue: UInt8

  /// A colour of its components.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// No light.
  public static let black = Colour(0, 0, 0)
  /// All of it.
  public static let white = Colour(255, 255, 255)
}
