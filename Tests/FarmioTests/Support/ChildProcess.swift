import CLinux
import FrameEngine
import Glibc
import Testing

/// A process run to its end, with what it printed.
struct ChildProcess {
  let status: Int32
  let output: String
  let errors: String

  /// Runs `arguments` with exactly the variables of `environment` and a PATH; stdin is empty.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: String = "/"
  ) throws -> ChildProcess {
    try TemporaryFolder.with { results in
      let output = results.file("output")
      let errors = results.file("errors")
      let process = try start(arguments, environment, folder, output, errors)
      var status: Int32 = 0
      while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
      let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
      return ChildProcess(
        status: code, output: try results.read("output"), errors: try results.read("errors"))
    }
  }

  /// The built program, which stands beside the test bundle.
  static let farmio: String = {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe readlink("/proc/self/exe", $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
    }
    let bundle = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    return bundle.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/farmio"
  }()

  /// Runs the built program.
  static func farmio(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> ChildProcess {
    try run([farmio] + arguments, environment: environment)
  }

  private static func start(
    _ arguments: [String], _ environment: [String: String], _ folder: String, _ output: String,
    _ errors: String
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)

    var variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder]
    variables.merge(environment) { $1 }
    // posix_spawn cannot change the folder portably: the shell does.
    let shell = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder]
    var words = unsafe (shell + arguments).map { unsafe strdup($0) } + [nil]
    var settings = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + settings).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let result = unsafe posix_spawn(&process, "/bin/sh", &actions, nil, &words, &settings)
    try #require(result == 0)
    return process
  }
}

/// A folder for one test, removed with all it holds.
struct TemporaryFolder {
  let path: String

  /// Calls `body` with a new folder.
  static func with<R>(_ body: (TemporaryFolder) throws -> R) throws -> R {
    var template = Array("/tmp/farmio-test-XXXXXX".utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer {
      unsafe mkdtemp($0.baseAddress!) != nil
    }
    try #require(made)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { remove(path) }
    return try body(TemporaryFolder(path: path))
  }

  /// The path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file.
  func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws {
    let file = open(name, O_WRONLY | O_CREAT | O_TRUNC)
    try #require(file >= 0)
    defer { close(file) }
    let bytes = Array(text.utf8)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(file, $0.baseAddress, $0.count)
    }
    try #require(count == bytes.count)
    try #require(unsafe chmod(self.file(name), mode) == 0)
  }

  /// Reads a file.
  func read(_ name: String) throws -> String {
    let file = open(name, O_RDONLY)
    try #require(file >= 0)
    defer { close(file) }
    return try Descriptor.readAll(file)
  }

  private func open(_ name: String, _ flags: Int32) -> Int32 {
    unsafe FileName(file(name)).withCString { unsafe farmio_openat(AT_FDCWD, $0, flags, 0o600) }
  }

  private static func remove(_ path: String) {
    guard let folder = unsafe opendir(path) else {
      unsafe unlink(path)
      return
    }
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { remove("\(path)/\(name)") }
    }
    unsafe closedir(folder)
    unsafe rmdir(path)
  }
}

/// Reading from open descriptors.
enum Descriptor {
  /// All text up to the end.
  static func readAll(_ file: Int32) throws -> String {
    var bytes = [UInt8]()
    while let more = readSome(file), !more.isEmpty { bytes += more }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What can be read now; `nil` on a failure, such as the other end of a terminal being closed.
  static func readSome(_ file: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe read(file, $0.baseAddress, $0.count)
    }
    return count < 0 ? nil : Array(buffer[..<count])
  }
}
