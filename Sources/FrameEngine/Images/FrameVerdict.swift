/// How a frame stands, as sheets show it: by colour and by symbol, so that neither is needed alone.
public enum FrameVerdict: String, CaseIterable, Hashable, Sendable {
  /// Nothing is wrong: a green tick.
  case sound
  /// Something deserves a look: an amber exclamation mark.
  case doubtful
  /// Something is wrong: a red cross.
  case bad
  /// It cannot be read: a violet question mark.
  case unreadable
  /// There is no such frame: a grey, empty square.
  case missing

  /// The colour of its mark.
  public var colour: Colour {
    switch self {
    case .sound: Colour(80, 200, 110)
    case .doubtful: Colour(245, 180, 40)
    case .bad: Colour(240, 75, 65)
    case .unreadable: Colour(200, 120, 255)
    case .missing: Colour(150, 150, 155)
    }
  }

  /// The rows of its mark, 7 by 7 dots; bit 6 is the left one.
  var symbol: [UInt8] {
    switch self {
    case .sound: [0b0000001, 0b0000011, 0b0000110, 0b1001100, 0b1111000, 0b0110000, 0b0000000]
    case .doubtful: [0b0011000, 0b0011000, 0b0011000, 0b0011000, 0b0000000, 0b0011000, 0b0011000]
    case .bad: [0b1100011, 0b1110111, 0b0111110, 0b0011100, 0b0111110, 0b1110111, 0b1100011]
    case .unreadable: [0b0111100, 0b1100110, 0b0000110, 0b0011100, 0b0011000, 0b0000000, 0b0011000]
    case .missing: [0b1111111, 0b1000001, 0b1000001, 0b1000001, 0b1000001, 0b1000001, 0b1111111]
    }
  }
}
