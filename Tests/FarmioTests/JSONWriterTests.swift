import FrameEngine
import Testing

@testable import farmio

@Suite struct JSONWriterTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter()
    body(&json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test func objectsAndArraysNest() {
    let text = written {
      $0.object {
        $0.field("a", 1)
        $0.array("b") { list in
          list.number(2)
          list.text("x")
          list.object { $0.field("c", true) }
          list.array { _ in }
          list.null()
        }
        $0.object("d") { _ in }
        $0.field("e", String?.none)
      }
    }
    #expect(text == #"{"a":1,"b":[2,"x",{"c":true},[],null],"d":{},"e":null}"#)
  }

  @Test func textIsEscaped() {
    let text = written { $0.text("\"\\\n\t\r\u{1}\u{1F}é😀/") }
    #expect(text == #""\"\\\n\t\u000d\u0001\u001fé😀/""#)
  }

  @Test(arguments: [
    (0.0, "0"), (1.5, "1.5"), (-2.25, "-2.25"), (1.0 / 3, "0.333333"), (1e15, "1000000000000000"),
    (.infinity, "null"), (.nan, "null"),
  ])
  func numbers(value: Double, expected: String) {
    #expect(written { $0.number(value) } == expected)
  }

  @Test func wholeNumbersHaveAllTheirDigits() {
    #expect(written { $0.number(Int64.min) } == "-9223372036854775808")
    #expect(written { $0.number(UInt64.max) } == "18446744073709551615")
  }

  @Test func aPathOfUTF8StandsAsItIs() {
    let text = written { $0.object { $0.path("path", "a\\b\n\"é") } }
    #expect(text == #"{"path":"a\\b\n\"é"}"#)
  }

  @Test func anotherPathHasItsExactBytesBeside() {
    let text = written {
      $0.object {
        $0.path("path", FileName([0x61, 0xFF, 0x62]))
        $0.field("n", 1)
      }
    }
    #expect(text == #"{"path":"a\\xffb","path_base64":"Yf9i","n":1}"#)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64OfTheStandard(text: String, expected: String) {
    #expect(Base64.text(Array(text.utf8)) == expected)
  }
}
