import FrameEngine
import Synchronization
import Testing

@testable import Mover

@Suite struct OCIIdentityTests {
  private static let key = RSAKey.generate(bits: 1024)

  /// Gives a new signer each time, which ends so many seconds later; or fails.
  private final class Issuer: Sendable {
    let clock = VirtualClock(seconds: 1_000_000)
    let asked = Mutex(0)
    let isBroken = Mutex(false)

    func identity(seconds: Int64?) -> OCIIdentity {
      OCIIdentity(clock: clock) { () throws(ServiceError) in
        let number = self.asked.withLock { asked in
          asked += 1
          return asked
        }
        if self.isBroken.withLock({ $0 }) { throw ServiceError(credentials: "broken") }
        let signer = OCISigner(keyID: "ST$\(number)", key: OCIIdentityTests.key)
        return (signer, seconds.map { self.clock.now().seconds + $0 })
      }
    }
  }

  @Test func aSignerIsUsedUntilShortlyBeforeItsEnd() throws {
    let issuer = Issuer()
    let identity = issuer.identity(seconds: 600)
    #expect(try identity.signer().keyID == "ST$1")
    issuer.clock.sleep(nanoseconds: 539_000_000_000)
    #expect(try identity.signer().keyID == "ST$1")
    issuer.clock.sleep(nanoseconds: 2_000_000_000)
    #expect(try identity.signer().keyID == "ST$2")
  }

  @Test func aRefusedSignerIsRenewedOnce() throws {
    let issuer = Issuer()
    let identity = issuer.identity(seconds: nil)
    let first = try identity.signer()
    #expect(try identity.renew(first))
    // Another caller was refused with the same signer: it takes the new one.
    #expect(try identity.renew(first))
    #expect(issuer.asked.withLock { $0 } == 2)
    #expect(try !OCIIdentity(first).renew(first))
  }

  @Test func manyCallersAskOnce() {
    let issuer = Issuer()
    let identity = issuer.identity(seconds: 600)
    runWorkers(count: 8) { _ in _ = try? identity.signer() }
    #expect(issuer.asked.withLock { $0 } == 1)
  }

  @Test func aFailureIsNotAskedForAgainAtOnce() throws {
    let issuer = Issuer()
    let identity = issuer.identity(seconds: 600)
    issuer.isBroken.withLock { $0 = true }
    for _ in 1...3 { #expect(throws: ServiceError.self) { try identity.signer() } }
    #expect(issuer.asked.withLock { $0 } == 1)
    issuer.isBroken.withLock { $0 = false }
    issuer.clock.sleep(nanoseconds: 50_000_000_000)
    #expect(try identity.signer().keyID == "ST$2")
  }

  @Test func tokensSayWhenTheyEnd() {
    func token(_ claims: String) -> String {
      let text = Base64.text(Array(claims.utf8)).map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
      return "e30." + String(text.filter { $0 != "=" }) + ".c2ln"
    }
    #expect(OCIIdentity.end(of: token(#"{"exp":1700000000}"#)) == 1_700_000_000)
    #expect(OCIIdentity.end(of: token(#"{"sub":"~~??>>","exp":17}"#)) == 17)
    for bad in ["", "a.b", "a.b.c.d", "a.!!.c", token("{}"), token(#"{"exp":"soon"}"#)] {
      #expect(OCIIdentity.end(of: bad) == nil)
    }
  }
}
