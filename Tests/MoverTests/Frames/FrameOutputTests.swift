import FrameEngine
import Glibc
import Testing

@testable import Mover

@Suite struct FrameOutputTests {
  private let shed = FrameShed()

  @Test func `A file appears whole, and replaces what had its name`() throws {
    let output = FrameOutput(disk: shed.disk)
    for size in [3_000_000, 5, 0] {
      let bytes = [UInt8](repeating: 7, count: size)
      try output.write(bytes, to: shed("f"))
      #expect(try shed.read("f") == bytes)
    }
    #expect(shed.scratch.run("ls -A") == "f\n")
  }

  @Test func `Only what dead writers left is removed`() throws {
    let child = ScratchTree.start(["/bin/true"], output: 1)
    #expect(ScratchTree.wait(for: child) == 0)
    let machine = TemporaryName.Owner.current.machine
    let names = [
      TemporaryName(owner: .init(machine: machine, process: child)),
      TemporaryName(owner: .current),
      TemporaryName(owner: .init(machine: machine ^ 1, process: child)),
    ].map(\.fileName.description)
    for name in names + [".tmp-notes", "f.tmp"] { try shed.write(name, [1]) }
    try FrameOutput(disk: shed.disk).write([2], to: shed("f"))
    let left = Set(shed.scratch.run("ls -A").split(separator: "\n").map(String.init))
    #expect(left == [names[1], names[2], ".tmp-notes", "f.tmp", "f"])
  }

  @Test func `A folder that is not there is named`() {
    let error = #expect(throws: DiskError.self) {
      try FrameOutput(disk: shed.disk).write([1], to: shed("none/f"))
    }
    #expect(error?.code == ENOENT && error?.name == shed("none/f"))
  }

  @Test func `A folder is not replaced`() throws {
    shed.scratch.run("mkdir d")
    #expect(throws: DiskError.self) {
      try FrameOutput(disk: shed.disk).write([1], to: shed("d"))
    }
    #expect(shed.scratch.run("ls -A; ls -A d") == "d\n")
  }

  #if FaultInjection
    /// Whatever fails: the name holds the old or the new file, whole, and nothing else is there.
    @Test(arguments: [Fault.Kind.error(EIO), .error(ENOSPC), .late])
    func `A failing disk leaves nothing`(kind: Fault.Kind) throws {
      let old = [UInt8](repeating: 1, count: 3_000)
      let new = [UInt8](repeating: 2, count: 5_000)
      var number = 1
      while true {
        let base = SimulatedDisk()
        try base.makeFile("f", in: .current, old)
        let disk = FaultyDisk(base, fault: Fault(kind, at: number))
        var isDone = false
        do {
          try FrameOutput(disk: disk).write(new, to: "f")
          isDone = true
        } catch is DiskError {}
        let root = try base.open(".", in: .current, .folder)
        #expect(try base.entries(of: root).map(\.name) == ["f"], "\(kind) at \(number)")
        let found = try base.contents(of: "f", in: .current)
        #expect(found == new || !isDone && found == old, "\(kind) at \(number)")
        if disk.operationCount < number { break }
        number += 1
      }
      #expect(number > 6)
    }
  #endif
}
