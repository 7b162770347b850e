import FrameEngine
import Mover

/// `farmio stats`.
enum StatsCommand {
  static let snapshots = OperandList<SnapshotName>(
    "SNAP", atLeast: 0, "The snapshots to count; all, if none is given", .snapshot)

  static let spec = CommandSpec(
    "stats", .repository, "Count what is stored, and what that saves",
    discussion: [
      "Counts the files and bytes of the snapshots, the distinct chunks behind them, and what "
        + "they take in the repository after deduplication and compression. Then the repository "
        + "as a whole: its packs and index, the memory that finds a chunk, and what no snapshot "
        + "needs any more."
    ],
    operands: [Common.repositoryOperand.spec, snapshots.spec],
    options: [Common.cache.spec],
    example: .init(
      command: "farmio stats /mnt/vault/dragon",
      output: """
        snapshots         31
        files      1,276,344
        size         24.9 TB
        distinct      994 GB  14,210,877 chunks
        stored        611 GB  2.5 % of the size
        trees        1.92 GB  1,204,551 records
        packs         617 GB  9,812 packs
        index         741 MB  9.8 bytes of memory a chunk
        unused       3.61 GB  0.6 % of the packs
        """),
    exits: [
      .init(.success, "everything could be counted"),
      .init(.notWell, "some of it is damaged, and named"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let repository = try session.openRepository(.reading)
    let names = session[snapshots]
    let chosen = names.isEmpty ? nil : try session.snapshots(names, of: repository)
    let stats = try working { () throws(RepositoryError) in
      try session.inspector(of: repository).stats(of: chosen)
    }
    for fault in stats.faults { session.report.warning(fault) }
    session.report.table(table(of: stats), withHeadings: false)
    session.report.document { write(stats, to: &$0) }
    return stats.faults.isEmpty ? .success : .notWell
  }

  private static func table(of stats: Stats) -> Table {
    let size = stats.repository
    var table = Table(.init("FIGURE"), .init("VALUE", .right), .init("DETAIL"))
    table.add("snapshots", Wording.count(stats.snapshots), "")
    table.add("files", Wording.count(Int(stats.files)), "")
    table.add("size", Wording.size(Int64(stats.bytes)), "")
    table.add(
      "distinct", Wording.size(stats.chunkBytes), Wording.count(stats.chunks, "chunk"))
    table.add(
      "stored", Wording.size(stats.storedBytes),
      Wording.share(Double(stats.storedBytes), of: Double(stats.bytes)) + " of the size")
    table.add(
      "trees", Wording.size(stats.metadataBytes), Wording.count(stats.metadataRecords, "record"))
    table.add("packs", Wording.size(size.packBytes), Wording.count(size.packs, "pack"))
    let perChunk = size.records > 0 ? Double(size.tableBytes) / Double(size.records) : 0
    table.add(
      "index", Wording.size(size.indexBytes),
      "\(Wording.decimals(perChunk, 1)) bytes of memory a chunk")
    if let unused = size.unusedBytes {
      table.add(
        "unused", Wording.size(unused),
        Wording.share(Double(unused), of: Double(size.packBytes)) + " of the packs")
    }
    return table
  }

  private static func write(_ stats: Stats, to json: inout JSONWriter) {
    let size = stats.repository
    json.field("snapshots", stats.snapshots)
    json.field("files", stats.files)
    json.field("folders", stats.folders)
    json.field("bytes", stats.bytes)
    json.field("chunks", stats.chunks)
    json.field("chunk_bytes", stats.chunkBytes)
    json.field("stored_bytes", stats.storedBytes)
    json.field("metadata_records", stats.metadataRecords)
    json.field("metadata_bytes", stats.metadataBytes)
    json.field("packs", size.packs)
    json.field("pack_bytes", size.packBytes)
    json.field("index_bytes", size.indexBytes)
    json.field("records", size.records)
    json.field("table_bytes", size.tableBytes)
    json.field("unused_bytes", size.unusedBytes)
    json.array("faults") { for fault in stats.faults { $0.text(fault) } }
  }
}
