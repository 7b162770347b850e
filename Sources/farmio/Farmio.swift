import FrameEngine
import Glibc
import Mover

/// The program: reads the command line, runs the command, tells how it ended.
@main
struct Farmio {
  static func main() {
    OpenFileLimit.raise()
    let console = Console()
    let interrupt = Interrupt()
    do throws(SystemError) {
      try interrupt.install(console: console)
    } catch {
      console.note("farmio: cannot watch for signals: \(error.cause)")
      exit(ExitStatus.failed.rawValue)
    }
    exit(run(programArguments(), console, interrupt, .process).rawValue)
  }

  /// Runs one command line.
  static func run(
    _ arguments: [FileName], _ console: Console, _ interrupt: Interrupt,
    _ environment: Environment
  ) -> ExitStatus {
    let parser = ArgumentParser(
      commands: Catalogue.commands, environment: environment, isRepository: isRepository)
    var report = Report(
      console: console, form: wantsJSON(arguments) ? .json : .text, isQuiet: false,
      isVerbose: false)
    var command: CommandSpec?
    do throws(CommandError) {
      let status: ExitStatus
      switch try parsed(parser, arguments, &command) {
      case .help(let topic):
        HelpCommand.print(topic, report)
        status = .success
      case .version:
        VersionCommand.print(report)
        status = .success
      case .run(let invocation):
        report = Report(
          console: console, form: invocation[Common.json] ? .json : .text,
          isQuiet: invocation[Common.quiet], isVerbose: invocation[Common.verbose])
        let session = Session(
          invocation: invocation, report: report, environment: environment, interrupt: interrupt)
        status = try invocation.command.run(session)
      }
      try console.flush()
      return status
    } catch {
      return end(error, command, report)
    }
  }

  private static func parsed(
    _ parser: ArgumentParser, _ arguments: [FileName], _ command: inout CommandSpec?
  ) throws(CommandError) -> Request {
    do throws(ParseFailure) {
      let request = try parser.parse(arguments)
      if case .run(let invocation) = request { command = invocation.command }
      return request
    } catch {
      command = error.command
      throw error.error
    }
  }

  private static func end(
    _ error: CommandError, _ command: CommandSpec?, _ report: Report
  ) -> ExitStatus {
    report.failure(error, command: command?.name)
    do throws(CommandError) {
      try report.console.flush()
    } catch {
      report.console.note(error.message(command: nil))
    }
    return error.status
  }

  /// Whether errors of the command line itself are to be told in JSON.
  private static func wantsJSON(_ arguments: [FileName]) -> Bool {
    arguments.prefix { $0 != "--" }.contains("--json")
  }

  /// The arguments as bytes: `CommandLine.arguments` would repair a path that is no UTF-8.
  private static func programArguments() -> [FileName] {
    let count = Int(CommandLine.argc)
    return (1..<max(count, 1)).compactMap { index in
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
      return FileName(
        unsafe [UInt8](
          UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
    }
  }

  /// Whether a folder holds what every repository has. Of an address nobody can tell without
  /// asking: it is taken for one.
  private static func isRepository(_ place: FileName) -> Bool {
    if StoreAddress.hasScheme(place) { return true }
    let config = place.appending("config")
    let packs = place.appending("packs")
    return unsafe config.withCString { unsafe access($0, F_OK) == 0 }
      && packs.withCString { unsafe access($0, F_OK) == 0 }
  }
}
