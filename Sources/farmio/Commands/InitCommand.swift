import FrameEngine
import Glibc
import Mover

/// The chunk sizes that a repository can have.
enum ChunkSize: String, ArgumentWord {
  case small = "64K"
  case medium = "256K"
  case large = "1M"
}

/// `farmio init`.
enum InitCommand {
  static let encrypt = Flag(
    "encrypt", nil, "Encrypt all content and names with a passphrase or a key file")
  static let chunk = Option<ChunkSize>(
    "chunk", nil, "SIZE", "Mean size of a chunk: 64K (finds most repeats), 256K, or 1M",
    .words(ChunkSize.words))

  static let spec = CommandSpec(
    "init", .repository, "Make a repository",
    discussion: [
      "Makes an empty repository in the folder REPO, which is created if need be, and must be "
        + "empty. The size of chunks and the encryption are chosen here, once and for all.",
      "With --encrypt everything stored is sealed with AES-256-GCM. The passphrase is asked for "
        + "twice, or taken from --password-file, FARMIO_PASSWORD_FILE or "
        + "FARMIO_PASSWORD_COMMAND. With --key-file the bytes of a file take its place; if there "
        + "is no such file, one is made with random bytes. Whoever loses the passphrase or the key "
        + "file loses the repository.",
    ],
    operands: [Common.repositoryOperand.spec],
    options: [encrypt.spec, chunk.spec],
    example: .init(
      command: "farmio init /mnt/vault/dragon --encrypt --key-file ~/.keys/dragon",
      output: "made repository 5f0c2e9a81d4 at /mnt/vault/dragon: chunks of 64K, encrypted"),
    run: run)

  /// Only an empty folder becomes a repository, or one that an interrupted `init` had begun.
  private static func refuseOccupied(
    _ place: FileName, _ session: Session
  ) throws(CommandError) {
    let own: Set<FileName> = [
      "config", "copies", "packs", "index", "refs", "leases", "forgotten", "gc", "watch",
    ]
    // A prefix of a bucket may hold anything beside: names in it never meet.
    guard case .folder? = StoreAddress(place) else { return }
    let disk = try session.makeDisk()
    do throws(DiskError) {
      let folder = try OpenFolder(at: place, on: disk)
      for entry in try disk.entries(of: folder.handle) {
        let isOwn = own.contains(entry.name) || entry.name.bytes.starts(with: Array(".tmp-".utf8))
        guard isOwn || entry.name == "lost+found" else {
          throw DiskError(.makeFolder, code: ENOTEMPTY, name: place)
        }
      }
    } catch {
      if error.code == ENOENT { return }
      guard error.code == ENOTEMPTY else { throw CommandError(error.at(place)) }
      throw CommandError(
        at: place, "make a repository", "the folder is not empty",
        remedy: "Choose a new or empty folder.")
    }
  }

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let place = session.invocation.repository
    try refuseOccupied(place, session)
    let key: RepositoryKey =
      session[encrypt] || session[Common.keyFile] != nil
      ? RepositoryKey(try session.secrets.newSecret(for: place)) : .none
    let store = try session.store(at: place, makingFolder: true)
    let chunkClass = session[chunk].flatMap { ChunkClass(name: $0.rawValue) }
    let repository: Repository
    do throws(RepositoryError) {
      repository = try Repository.create(
        at: store, chunkClass: chunkClass, key: key, clock: SystemClock())
    } catch {
      throw CommandError(error)
    }
    let id = repository.config.repository
    let chunks =
      chunkClass.map { "chunks of \($0.name)" } ?? "chunks of 64K and 256K by kind of file"
    let lock = repository.isEncrypted ? "encrypted" : "not encrypted"
    session.report.line("made repository \(id.short) at \(place): \(chunks), \(lock)")
    session.report.document {
      $0.field("repository", id.hex)
      $0.path("place", place)
      $0.field("chunk", chunkClass?.name)
      $0.field("encrypted", repository.isEncrypted)
    }
    return .success
  }
}
