import FrameEngine
import Glibc
import Mover
import Testing

@testable import farmio

@Suite struct CommandErrorTests {
  @Test func aMessageNamesPlaceTryCauseAndRemedy() {
    let error = CommandError(
      at: "/r", "open the repository", "Permission denied", remedy: "Ask its owner.")
    #expect(
      error.message(command: "check")
        == "farmio check: /r: cannot open the repository: Permission denied\n  Ask its owner.")
    #expect(
      String(decoding: error.document(command: "check").bytes, as: UTF8.self)
        == #"{"error":{"status":3,"code":"failed","command":"check","place":"/r","#
        + #""tried":"open the repository","cause":"Permission denied","remedy":"Ask its owner."}}"#)
  }

  @Test func aFullDiskSaysWhereAndWhatToDo() {
    let error = CommandError(DiskError(.write, code: ENOSPC, name: "/mnt/a.exr"))
    #expect(
      error.message(command: "copy")
        == "farmio copy: /mnt/a.exr: cannot write: No space left on device\n"
        + "  Make room there, then run the same command again: it goes on.")
    #expect(error.status == .failed)
  }

  @Test func aStoreSaysWhatItRefused() {
    let error = CommandError(StoreError(.refused, "list", "/r/packs/", "Permission denied"))
    #expect(
      error.message(command: nil)
        == "farmio: /r/packs/: cannot list: Permission denied\n"
        + "  Run as a user who may do this, or change the permissions.")
  }

  @Test func whatWasNotTriedAfterAnInterruptIsInterrupted() {
    let disk = DiskError(.status, code: ECANCELED, name: "/r/index")
    #expect(CommandError(disk).status == .interrupted)
    #expect(CommandError(StoreError(.interrupted, "list", "/r/index/", "")).status == .interrupted)
  }

  @Test func anOddNameIsLosslessInTheDocument() {
    let error = CommandError(DiskError(.open, code: EACCES, name: FileName([0xFF])))
    let text = String(decoding: error.document(command: "ls").bytes, as: UTF8.self)
    #expect(text.contains(#""place":"\\xff","place_base64":"/w==""#))
  }

  @Test(arguments: farmio.ExitStatus.allCases)
  func theContractOfExitStatusesStands(status: farmio.ExitStatus) {
    let contract: [farmio.ExitStatus: Int32] = [
      .success: 0, .notWell: 1, .usage: 2, .failed: 3, .interrupted: 130,
    ]
    #expect(contract[status] == status.rawValue)
  }
}
