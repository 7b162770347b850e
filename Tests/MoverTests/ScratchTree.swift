import CLinux
import FrameEngine
import Glibc

@testable import Mover

/// A temporary folder that is removed, with all that is in it, when the last reference goes.
final class ScratchTree: Sendable {
  let path: String

  /// A new empty folder; in `parent` where a certain file system is needed.
  init(in parent: String = "/tmp") {
    var template = Array("\(parent)/farmio-test-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) }
    precondition(unsafe made != nil, "cannot make a folder in \(parent)")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { ScratchTree.shell("chmod -R u+rwx \(path) 2>/dev/null; rm -rf \(path)") }

  /// The path of something inside.
  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Runs a shell script inside; returns what it printed. Dies if it fails.
  @discardableResult
  func run(_ script: String) -> String { ScratchTree.shell("set -e; cd \(path)\n\(script)") }

  /// Runs a shell script; its output, error output included.
  @discardableResult
  static func shell(_ script: String) -> String {
    let (status, output) = execute(["/bin/bash", "-c", script])
    precondition(status == 0, "a script failed with \(status): \(script)\n\(output)")
    return output
  }

  /// Runs a program with its output joined to its error output; its exit status (128 + signal for
  /// a death) and what it printed.
  static func execute(_ words: [String]) -> (status: Int32, output: String) {
    var ends: [Int32] = [0, 0]
    precondition(unsafe pipe(&ends) == 0)
    let child = start(words, output: ends[1])
    close(ends[1])
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(ends[0], &buffer, buffer.count)
      if count <= 0 { break }
      output += buffer[..<count]
    }
    close(ends[0])
    return (wait(for: child), String(decoding: output, as: UTF8.self))
  }

  /// Starts a program; returns its process id.
  static func start(_ words: [String], output: Int32) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let failure = unsafe posix_spawn(&child, words[0], &actions, nil, arguments, environ)
    precondition(failure == 0, "cannot start \(words[0])")
    return child
  }

  /// Waits for a child to end.
  static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}

/// A small generator with a seed, so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
