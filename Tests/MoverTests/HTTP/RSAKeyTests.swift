import Testing

@testable import Mover

/// Keys in every form are opened in Tests/Stores, where Python makes them.
@Suite struct RSAKeyTests {
  private func failure(_ text: String, _ passphrase: String? = nil) -> RSAKey.Failure? {
    do throws(RSAKey.Failure) {
      _ = try RSAKey(pem: Array(text.utf8), passphrase: passphrase)
      return nil
    } catch { return error }
  }

  @Test func whatIsNoKeyIsToldApart() {
    let body = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    #expect(failure("") == .malformed)
    #expect(failure(body) == .malformed)
    let sealed = body.replacing("PRIVATE", with: "ENCRYPTED PRIVATE")
    #expect(failure(sealed) == .locked)
    #expect(failure(sealed, "word") == .wrongPassphrase)
  }

  @Test func aSignatureRepeatsAndIsAsLongAsTheKey() {
    let key = RSAKey.generate(bits: 1024)
    #expect(key.signature(of: "text") == key.signature(of: "text"))
    #expect(key.signature(of: "text") != key.signature(of: "Text"))
    #expect(key.signature(of: "").count == 128)
    #expect(key.bits == 1024)
    #expect(key.publicPEM.hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
    #expect(failure(key.publicPEM) == .malformed)
  }
}
