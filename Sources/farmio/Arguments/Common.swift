import FrameEngine
import Mover

/// Where progress goes.
enum ProgressMode: String, ArgumentWord {
  /// A bar on stderr.
  case bar
  /// One JSON object a line on stderr.
  case json
  /// Nowhere.
  case none
}

/// What many commands share.
enum Common {
  static let json = Flag("json", nil, "Print one JSON document, or one JSON object a line")
  static let quiet = Flag("quiet", "q", "Print the result alone")
  static let verbose = Flag("verbose", "v", "Name every file as it is dealt with")
  static let progress = Option<ProgressMode>(
    "progress", nil, "MODE", "Show progress on stderr: bar (on a terminal), json or none",
    .words(ProgressMode.words))
  static let help = Flag("help", "h", "Show this help")

  /// Those of every command that does work.
  static let options = [json.spec, quiet.spec, verbose.spec, progress.spec, help.spec]
  /// Those of the commands about the program itself.
  static let programOptions = [json.spec, help.spec]

  static let repositoryOperand = Operand<FileName>(
    "REPO", "The repository; left out, FARMIO_REPOSITORY names it", .repository)
  static let repository = Option<FileName>(
    "repository", "r", "REPO", "The repository, in place of the first argument", .repository)
  static let passwordFile = Option<FileName>(
    "password-file", nil, "FILE", "Read the passphrase from the first line of FILE", .path)
  static let keyFile = Option<FileName>(
    "key-file", nil, "FILE", "Unlock with the bytes of FILE instead of a passphrase", .path)

  /// Those of every command on a repository.
  static let repositoryOptions = [repository.spec, passwordFile.spec, keyFile.spec]

  static let dryRun = Flag("dry-run", "n", "Say what would be done, and do nothing")
  static let exclude = OptionList<FileName>(
    "exclude", "e", "GLOB", "Leave out what GLOB matches, by the rules of .gitignore")
  static let excludeFrom = OptionList<FileName>(
    "exclude-from", nil, "FILE", "Read patterns to leave out from FILE, one a line", .path)
  static let rateLimit = Option<RateTimetable>(
    "bwlimit", nil, "RATE",
    "Move at most RATE bytes a second: 50M; or by the hour: '08:00,10M 19:00,off'")
  static let storageClass = Option<StorageClass>(
    "storage-class", nil, "CLASS", "Keep new data in CLASS of the bucket, such as STANDARD_IA")
  static let cache = Flag(
    "cache", nil, "Read through the cache of this machine, even where REPO is a local folder")
  static let tag = OptionList<String>("tag", "t", "TAG", "Only snapshots that carry TAG")
  static let host = Option<String>("host", nil, "NAME", "Only snapshots made on host NAME")
  static let path = Option<FileName>("path", nil, "PATH", "Only snapshots of PATH", .path)
}
