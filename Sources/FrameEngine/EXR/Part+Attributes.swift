/// What productions ask a header for. Each is `nil` where the attribute is absent or no value of its
/// type.
extension Part {
  /// The time code of the frame (`timeCode`).
  public var timeCode: TimeCode? { attribute("timeCode")?.timeCode }

  /// The rate of the sequence (`framesPerSecond`).
  public var framesPerSecond: Rational? { attribute("framesPerSecond")?.rational }

  /// Where on film the frame comes from (`keyCode`).
  public var keycode: Keycode? { attribute("keyCode")?.keycode }

  /// The primaries and white point of the pixels (`chromaticities`); absent, Rec. 709 is meant.
  public var chromaticities: Chromaticities? { attribute("chromaticities")?.chromaticities }

  /// The views of a single-part file, the default one first (`multiView`).
  public var views: [String]? { attribute("multiView")?.strings }
}
