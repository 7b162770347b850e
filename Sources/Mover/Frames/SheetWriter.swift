public import FrameEngine
import Synchronization

/// Draws a contact sheet while its sequences are verified: a row of frames goes to the file as soon
/// as it is full, so that a sheet of any length takes the memory of one row.
///
/// Reports and ends come as `FrameVerifier` gives them: in order, one call at a time.
public final class SheetWriter: Sendable {
  /// Why a sheet could not be made.
  public enum Failure: Error, Hashable, Sendable {
    /// The file could not be written.
    case disk(DiskError)
    /// The picture could not be packed.
    case picture(ImageCodingError)
  }

  /// What was made.
  public struct Summary: Sendable {
    /// How many frames stand how.
    public let counts: [FrameVerdict: Int]
    /// Columns of the sheet.
    public let width: Int
    /// Rows of the sheet.
    public let height: Int
  }

  fileprivate struct State: ~Copyable {
    var sheet: ContactSheet
    var rows: PictureRows
    var file: UnfinishedFile
    /// The cells of the row to come.
    var cells: [ContactSheet.Cell] = []
    /// The number of the sequence whose reports come.
    var sequence = 0
    /// Frames of it that are not there, as far as they are not drawn yet.
    var missing: ArraySlice<Int> = []
    var failure: Failure?
  }

  private let sequences: [FrameSequence]
  private let state: Mutex<State>

  /// Begins the sheet of these sequences at `path`. `layout` has room for all their frames, those
  /// that are missing, too.
  public init(
    _ sequences: [FrameSequence], title: String, _ layout: ContactSheet.Layout,
    _ format: PictureRows.Format, to path: FileName, _ output: FrameOutput
  ) throws(Failure) {
    self.sequences = sequences
    let sheet = ContactSheet(title: title, layout)
    var first = State(
      sheet: sheet, rows: try SheetWriter.rows(format, layout),
      file: try SheetWriter.file(path, output))
    first.missing = ArraySlice(sequences.first?.missing.frames ?? [])
    first.append { state throws(ImageCodingError) in try state.rows.append(sheet.head()) }
    state = Mutex(first)
  }

  private static func rows(
    _ format: PictureRows.Format, _ layout: ContactSheet.Layout
  ) throws(Failure) -> PictureRows {
    do throws(ImageCodingError) {
      return try PictureRows(format, width: layout.width, height: layout.height)
    } catch {
      throw .picture(error)
    }
  }

  private static func file(
    _ path: FileName, _ output: FrameOutput
  ) throws(Failure) -> UnfinishedFile {
    do throws(DiskError) {
      return try output.begin(path)
    } catch {
      throw .disk(error)
    }
  }

  /// Draws a frame, and those before it that are not there.
  public func add(_ report: FrameReport, _ picture: Bitmap?) {
    let verdict: FrameVerdict =
      switch report.status {
      case .sound: .sound
      case .doubtful: .doubtful
      case .bad: .bad
      case .unreadable: .unreadable
      }
    // A number says it all where there is one sequence.
    let number = sequences.count == 1 ? report.file.frame : nil
    let label = number.map(String.init) ?? report.file.name.description
    state.withLock { state in
      if let frame = report.file.frame {
        while let next = state.missing.first, next < frame { state.addMissing() }
      }
      state.add(ContactSheet.Cell(label: label, verdict, picture))
    }
  }

  /// Draws the frames behind the last one of a sequence that are not there.
  public func endSequence() {
    state.withLock { state in
      while !state.missing.isEmpty { state.addMissing() }
      state.sequence += 1
      guard state.sequence < sequences.count else { return }
      state.missing = ArraySlice(sequences[state.sequence].missing.frames)
    }
  }

  /// Ends the sheet: the file gets its name.
  public func finish() throws(Failure) -> Summary {
    try state.withLock { state throws(Failure) in
      state.flush()
      state.append { state throws(ImageCodingError) in try state.rows.append(state.sheet.foot()) }
      state.append { state throws(ImageCodingError) in try state.rows.finish() }
      if let failure = state.failure { throw failure }
      do throws(DiskError) {
        try state.file.finish()
      } catch {
        throw .disk(error)
      }
      let layout = state.sheet.layout
      return Summary(counts: state.sheet.counts, width: layout.width, height: layout.height)
    }
  }
}

extension SheetWriter.State {
  fileprivate mutating func addMissing() {
    add(ContactSheet.Cell(label: String(missing.removeFirst()), .missing, nil))
  }

  fileprivate mutating func add(_ cell: ContactSheet.Cell) {
    cells.append(cell)
    if cells.count == sheet.layout.columns { flush() }
  }

  /// Draws the row that is there.
  fileprivate mutating func flush() {
    guard !cells.isEmpty else { return }
    let band = sheet.row(of: cells)
    cells.removeAll(keepingCapacity: true)
    append { state throws(ImageCodingError) in try state.rows.append(band) }
  }

  /// Writes bytes of the picture, unless something failed before.
  fileprivate mutating func append(
    _ pack: (inout Self) throws(ImageCodingError) -> [UInt8]
  ) {
    guard failure == nil else { return }
    let bytes: [UInt8]
    do throws(ImageCodingError) {
      bytes = try pack(&self)
    } catch {
      failure = .picture(error)
      return
    }
    do throws(DiskError) {
      try file.append(bytes)
    } catch {
      failure = .disk(error)
    }
  }
}
