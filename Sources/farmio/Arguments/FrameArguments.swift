import FrameEngine
import Mover

extension FrameRange: ArgumentValue {
  static var expectation: String { "frames such as 1001-1100, 1001-1100x2 or 1,5,10-20" }

  init?(argument: FileName) {
    guard let text = String(argument: argument), let range = try? FrameRange(parsing: text) else {
      return nil
    }
    self = range
  }
}

extension VerifyDepth: ArgumentWord {}
