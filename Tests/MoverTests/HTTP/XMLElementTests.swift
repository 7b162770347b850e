import Testing

@testable import Mover

@Suite struct XMLElementTests {
  private func element(_ text: String) -> XMLElement? { XMLElement(document: Array(text.utf8)) }

  @Test func aListingIsReadAsATree() throws {
    let list = try #require(
      element(
        """
        <?xml version="1.0"?><List xmlns="urn:x"><Item><Key>a&amp;b</Key></Item>
        <Item><Key><![CDATA[<c>]]></Key><Size>7</Size></Item></List>
        """))
    #expect(list.name == "List")
    #expect(list.all("Item").map { $0.text("Key") } == ["a&b", "<c>"])
    #expect(list["Item"]?.text("Size") == nil)
    #expect(list.all("Item").last?.text("Size") == "7")
  }

  @Test func spacesBeforeTheAnswerAreAllowed() {
    #expect(element(" \n  <Error><Code>SlowDown</Code></Error>")?.text("Code") == "SlowDown")
  }

  @Test(arguments: [
    "", " ", "no document", "<a>", "<a></b>", "<a/><b/>", "<a>\u{1}</a>", "<a b=c/>", "<a>&x;</a>",
    "<a><b></a></b>",
  ])
  func whatIsNoDocumentIsRefused(_ text: String) {
    #expect(element(text) == nil)
  }

  @Test func documentTypesAreRefused() {
    #expect(element("<!DOCTYPE a><a/>") == nil)
    #expect(element("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>") == nil)
    #expect(element("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>") == nil)
    var bomb = "<!DOCTYPE a [<!ENTITY x0 'ha'>"
    for level in 1...40 { bomb += "<!ENTITY x\(level) '&x\(level - 1);&x\(level - 1);'>" }
    #expect(element(bomb + "]><a>&x40;</a>") == nil)
  }

  @Test func depthHasALimit() {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    #expect(element(nested(32)) != nil)
    #expect(element(nested(33)) == nil)
    #expect(element(nested(1_000_000)) == nil)
  }

  @Test func everyTruncationIsRefused() {
    let whole = Array("<List><Item><Key>é</Key></Item></List>".utf8)
    #expect(XMLElement(document: whole) != nil)
    for count in whole.indices { #expect(XMLElement(document: Array(whole[..<count])) == nil) }
  }
}
