#if FaultInjection
  import FrameEngine
  import Glibc

  /// What goes wrong, and at which operation: `FARMIO_FAULT=KIND:NUMBER`, numbers from 1.
  public struct Fault: Hashable, Sendable {
    /// The ways in which an operation goes wrong.
    public enum Kind: Hashable, Sendable {
      /// Nothing is done, and this error is told.
      case error(Int32)
      /// All is done, and EIO is told.
      case late
      /// Nothing is done, and success is told; only for calls that return nothing.
      case lie
      /// Half of a transfer: a read meets the end of the file, a write the end of the disk.
      case short
      /// The process is killed before the operation.
      case killBefore
      /// The process is killed after the operation.
      case killAfter
    }

    /// What goes wrong.
    public let kind: Kind
    /// The operation that it happens at; the first is 1.
    public let number: Int

    /// A fault of `kind` at operation `number`.
    public init(_ kind: Kind, at number: Int) {
      self.kind = kind
      self.number = number
    }

    private static let kinds: [String: Kind] = [
      "eio": .error(EIO), "enospc": .error(ENOSPC), "edquot": .error(EDQUOT),
      "estale": .error(ESTALE), "erofs": .error(EROFS), "eacces": .error(EACCES),
      "eperm": .error(EPERM), "emfile": .error(EMFILE), "late": .late, "lie": .lie,
      "short": .short, "kill-before": .killBefore, "kill-after": .killAfter,
    ]

    /// The fault that a text such as `enospc:12` names; `nil` if it names none.
    public init?(_ text: String) {
      let parts = text.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let kind = Fault.kinds[String(parts[0])],
        let number = Int(parts[1]), number > 0
      else { return nil }
      self.init(kind, at: number)
    }
  }
#endif
