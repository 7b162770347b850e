#if FaultInjection
  import FrameEngine
  import Glibc
  import Testing

  @testable import Mover

  @Suite struct FaultyDiskTests {
    /// Ways to fail that leave the process alive.
    static let kinds: [Fault.Kind] = [
      .error(EIO), .error(ENOSPC), .error(EROFS), .error(EPERM), .late, .short,
    ]

    @Test func theEnvironmentsWordsAreUnderstood() {
      #expect(Fault("enospc:12") == Fault(.error(ENOSPC), at: 12))
      #expect(Fault("kill-before:1") == Fault(.killBefore, at: 1))
      for text in ["", "eio", "eio:", "eio:0", "eio:-1", "eio:1:2", "none:1"] {
        #expect(Fault(text) == nil)
      }
    }

    @Test func eachOperationHasItsNumber() throws {
      let disk = FaultyDisk(SimulatedDisk(), fault: Fault(.error(ENOSPC), at: 3))
      let file = try disk.open("a", in: .current, .create(mode: 0o644))
      try disk.write(file, at: 0, [1])
      #expect(throws: DiskError(.write, code: ENOSPC)) { try disk.write(file, at: 1, [2]) }
      try disk.write(file, at: 1, [3])
      try disk.close(file)
      #expect(disk.operationCount == 5)
    }

    @Test func batchesAreNumberedToo() throws {
      let base = SimulatedDisk()
      try base.makeFile("a", in: .current, [1, 2, 3, 4])
      let disk = FaultyDisk(base, fault: Fault(.short, at: 2))
      let buffer = Memory(count: 16)
      var batch = Batch()
      for _ in 0..<2 { unsafe batch.append(.load("a", in: .current, into: buffer.bytes)) }
      try disk.makeLane().perform(&batch)
      #expect(batch.results == [.success(2), .success(4)])
    }

    @Test func aKillEndsTheProcess() async {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        let disk = FaultyDisk(SimulatedDisk(), fault: Fault(.killAfter, at: 1))
        _ = try disk.open("a", in: .current, .create(mode: 0o644))
      }
    }

    /// Whatever fails, and however: what the store acknowledged is there, nothing torn is shown,
    /// and the next attempt succeeds.
    @Test(arguments: kinds) func aStoreSurvivesEveryFault(_ kind: Fault.Kind) throws {
      var number = 1
      while true {
        let base = SimulatedDisk()
        let disk = FaultyDisk(base, fault: Fault(kind, at: number))
        var acknowledged: [String: [UInt8]] = [:]
        for _ in 0..<3 {
          do {
            let store = try FileStore(disk: disk, path: "/")
            try store.put("packs/ab/one", pattern(9_000))
            acknowledged["packs/ab/one"] = pattern(9_000)
            if try store.putIfAbsent("refs/a", [7]) || acknowledged["refs/a"] == nil {
              acknowledged["refs/a"] = [7]
            }
            break
          } catch {
            continue
          }
        }
        #expect(acknowledged.count == 2, "\(kind) at \(number)")
        let store = try FileStore(disk: base, path: "/")
        for (name, bytes) in acknowledged {
          #expect(try store.get(name, limit: 1 << 20) == bytes, "\(kind) at \(number): \(name)")
        }
        #expect(try store.list("").count == 2)
        if disk.operationCount < number { break }
        number += 1
      }
      #expect(number > 20)
    }
  }
#endif
