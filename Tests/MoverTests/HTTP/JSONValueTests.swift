import Testing

@testable import Mover

@Suite struct JSONValueTests {
  private func parsed(_ text: String) -> JSONValue? { JSONValue(parsing: Array(text.utf8)) }

  @Test(arguments: [
    "null", "true", "[]", "{}", "[1,-2.5e+3,0]", #"{"a":[{"b":"c"}],"d":null}"#, #""é漢🎬""#,
  ])
  func whatIsReadIsWrittenAlike(_ text: String) {
    #expect(parsed(text).map { String(decoding: $0.bytes, as: UTF8.self) } == text)
  }

  @Test func escapesAreUndone() {
    #expect(parsed(#""\"\\\/\b\f\n\r\tA""#)?.text == "\"\\/\u{8}\u{c}\n\r\tA")
    #expect(parsed(#""\ud83c\udfac""#)?.text == "🎬")
    #expect(
      String(decoding: JSONValue.string("\"\\\u{1}\n").bytes, as: UTF8.self)
        == #""\"\\\u0001\u000a""#)
  }

  @Test(arguments: [
    "", " ", "nul", "[1,]", "{,}", #"{"a"}"#, #"{"a":1,}"#, "[1 2]", "01", "1.", ".5", "+1", "1e",
    "--1", #""a"#, "\"a\nb\"", #""\x""#, #""\ud83c""#, #""\udfac""#, #""\u+123""#, "[]x", "'a'",
  ])
  func whatIsNoJSONIsRefused(_ text: String) {
    #expect(parsed(text) == nil)
  }

  @Test func badUTF8IsRefused() {
    #expect(JSONValue(parsing: [0x22, 0xFF, 0x22]) == nil)
  }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(parsed(nested(64)) != nil)
    #expect(parsed(nested(65)) == nil)
    #expect(parsed(String(repeating: "[", count: 1_000_000)) == nil)
  }

  @Test func valuesAreAskedByKind() {
    let value = parsed(#"{"t":"x","n":12,"f":1.5,"b":true,"z":null,"t":"second"}"#)
    #expect(value?["t"]?.text == "x")
    #expect(value?["n"]?.integer == 12)
    #expect(value?["f"]?.integer == nil)
    #expect(value?["b"]?.truth == true)
    #expect(value?["z"] == nil)
    #expect(value?["t"]?["t"] == nil)
  }
}
