import CLinux
import FrameEngine
import Glibc

/// Runs the command that prints a passphrase, as password managers have one.
enum SecretCommand {
  /// What `command`, run by `/bin/sh`, prints. Its stdin and stderr are ours, so that it may ask
  /// the person for something; our own FARMIO_PASSWORD_ variables are kept from it.
  static func output(of command: FileName) throws(CommandError) -> [UInt8] {
    let pipe: (reading: Int32, writing: Int32)
    do throws(SystemError) {
      pipe = try SystemError.pipe()
    } catch {
      throw failure(command, error.code)
    }
    let started = start(command, output: pipe.writing)
    close(pipe.writing)
    defer { close(pipe.reading) }
    let process: pid_t
    switch started {
    case .success(let pid): process = pid
    case .failure(let error): throw failure(command, error.code)
    }

    let read: Result<[UInt8], SystemError>
    do throws(SystemError) {
      read = .success(try SmallFile.readAll(pipe.reading, limit: SecretSource.secretBytes))
    } catch {
      // The command still writes: let it end by SIGPIPE instead of waiting for it.
      kill(process, SIGTERM)
      read = .failure(error)
    }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    switch read {
    case .failure(let error): throw failure(command, error.code)
    case .success(let bytes):
      guard status == 0 else {
        let signal = status & 0x7F
        throw CommandError(
          at: command, "get the passphrase",
          signal == 0
            ? "the command ended with status \(status >> 8 & 0xFF)"
            : "the command was ended by signal \(signal)",
          remedy: "Try FARMIO_PASSWORD_COMMAND in a shell: it must print the passphrase.")
      }
      return bytes
    }
  }

  private static func start(_ command: FileName, output: Int32) -> Result<pid_t, SystemError> {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    // The child must end by SIGPIPE, which we ignore.
    unsafe farmio_spawn_with_usual_signal(&attributes, SIGPIPE)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

    var process: pid_t = 0
    let result = unsafe command.withCString { text in
      var arguments = unsafe [strdup("sh"), strdup("-c"), strdup(text), nil]
      defer { unsafe arguments.forEach { unsafe free($0) } }
      var variables = unsafe environmentWithoutOurs()
      return unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, &variables)
    }
    return result == 0 ? .success(process) : .failure(SystemError(code: result))
  }

  private static func environmentWithoutOurs() -> [UnsafeMutablePointer<CChar>?] {
    var kept = unsafe [UnsafeMutablePointer<CChar>?]()
    var next = unsafe environ
    while let variable = unsafe next.pointee {
      let isOurs = unsafe strncmp(variable, "FARMIO_PASSWORD_", 16) == 0
      if !isOurs { unsafe kept.append(variable) }
      unsafe next += 1
    }
    unsafe kept.append(nil)
    return unsafe kept
  }

  private static func failure(_ command: FileName, _ code: Int32) -> CommandError {
    CommandError(
      at: command, "get the passphrase from this command", SystemError(code: code).cause)
  }
}
