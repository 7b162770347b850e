/// The functions that the standard library lacks, without a library of mathematics behind them:
/// they give the same bits on every machine. Accurate to a few units in the last place of a Double.
enum ElementaryFunctions {
  /// 2 to the power of `exponent`, which lies within ±1000.
  static func powerOfTwo(_ exponent: Double) -> Double {
    let whole = exponent.rounded()
    let rest = (exponent - whole) * 0.693_147_180_559_945_3
    var (sum, term) = (1.0, 1.0)
    for step in 1...18 {
      term *= rest / Double(step)
      sum += term
    }
    return Double(sign: .plus, exponent: Int(whole), significand: sum)
  }

  /// The sine of `turns` half turns, so of π times it.
  static func sineOfPi(_ turns: Double) -> Double {
    // Taken to a quarter of a turn around 0, where the series ends soon.
    let reduced = turns - 2 * (turns / 2).rounded()
    let folded =
      reduced > 0.5 ? 1 - reduced : reduced < -0.5 ? -1 - reduced : reduced
    let angle = folded * Double.pi
    var (sum, term) = (angle, angle)
    for step in 1...12 {
      term *= -angle * angle / Double(2 * step * (2 * step + 1))
      sum += term
    }
    return sum
  }

  /// The cosine of `turns` half turns.
  static func cosineOfPi(_ turns: Double) -> Double { sineOfPi(turns + 0.5) }

  /// The cube root of a number that is 0 or more, by Newton's method.
  static func cubeRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    var root = Double(sign: .plus, exponent: value.exponent.quotient(by: 3), significand: 1.3)
    for _ in 0..<7 { root -= (root - value / (root * root)) / 3 }
    return root
  }
}

extension Int {
  /// The quotient, rounded down.
  fileprivate func quotient(by divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }
}
