import FrameEngine
import Mover
import Synchronization
import Testing

struct BackupPreviewTests {
  @Test func `Forecasts what the backup then does, and writes nothing`() throws {
    let vault = try ScratchRepository()
    vault.change("mkdir d; for i in 1 2 3 4; do echo $i > d/f$i; done; ln -s x l; echo no > skip")
    func leaveOut(_ options: inout Backup.Options) {
      try? options.filter.exclude(Array("skip".utf8))
    }
    let empty = vault.scratch.run("find vault | sort")
    let before = try vault.preview("t", leaveOut)
    #expect(before.files == 4 && before.unchangedFiles == 0 && before.bytes == 8)
    #expect(before.folders == 2 && before.others == 1 && before.failures.isEmpty)
    #expect(vault.scratch.run("find vault | sort") == empty)

    _ = try vault.backup("t", leaveOut)
    vault.change("echo changed > d/f2; echo new > d/f5; rm d/f4")
    let state = vault.scratch.run("find vault | sort")
    let after = try vault.preview("t", leaveOut)
    #expect(vault.scratch.run("find vault | sort") == state)
    let statistics = try vault.backup("t", leaveOut).record.statistics
    #expect(after.files == Int(statistics.files) && after.bytes == Int64(statistics.bytes))
    #expect(after.unchangedFiles == 2 && after.unchangedFiles == Int(statistics.unchangedFiles))
    #expect(after.bytes - after.unchangedBytes == Int64(statistics.readBytes))
  }

  @Test func `Everything is read where that is asked for`() throws {
    let vault = try ScratchRepository()
    vault.change("touch a b")
    _ = try vault.backup()
    _ = try vault.backup()
    #expect(try vault.preview().unchangedFiles == 2)
    #expect(try vault.preview { $0.readsAll = true }.unchangedFiles == 0)
  }
}
