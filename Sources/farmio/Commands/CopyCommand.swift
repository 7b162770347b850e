/// `farmio copy`.
enum CopyCommand {
  static let spec = TreeTransfer.spec(
    "copy", "Copy a tree to another place",
    first: "Copies what is in SRC into DST, which is made if need be: SRC/a becomes DST/a, with or "
      + "without a slash at the end of SRC. If SRC is a file, DST is the new file, or the folder "
      + "to hold it.",
    example: .init(
      command: "farmio copy /show/dragon/tex /mnt/nas/dragon/tex --bwlimit 400M",
      output: "copied 40,000 files, 164 MB; 0 unchanged, 0 removed, in 0.72 s"))
}

/// What `copy` and `sync` share: they move a tree by the same rules.
enum TreeTransfer {
  static let source = Operand<Place>("SRC", "The folder or file to read", .place)
  static let target = Operand<Place>("DST", "Where it goes", .place)
  static let delete = Flag("delete", nil, "Remove from DST what SRC does not hold")
  static let checksum = Flag(
    "checksum", "c", "Compare files by their content, not by size and time")
  static let transfers = Option<Int>(
    "transfers", nil, "N", "Keep N files in flight; slow mounts like 64 and more")

  /// The spec of one of the two.
  static func spec(
    _ name: String, _ summary: String, first: String, example: CommandSpec.Example
  ) -> CommandSpec {
    CommandSpec(
      name, .transfer, summary,
      discussion: [
        first,
        "A file of DST that has the size and modification time of the one in SRC is left alone, "
          + "others of the same name are replaced. A file appears under its name only when it is "
          + "complete. Mode, owner, times, links, extended attributes, ACLs and holes are kept.",
        "After an interruption, run the same command again: what was moved is not moved twice. "
          + "A file that cannot be read or written is named, the rest is moved, and the exit "
          + "status is 1.",
      ],
      operands: [source.spec, target.spec],
      options: [
        delete.spec, checksum.spec, Common.exclude.spec, Common.excludeFrom.spec,
        transfers.spec, Common.rateLimit.spec, Common.dryRun.spec,
      ],
      example: example,
      exits: [
        .init(.success, "DST holds all that was asked for"),
        .init(.notWell, "some files could not be read or written"),
      ])
  }
}
