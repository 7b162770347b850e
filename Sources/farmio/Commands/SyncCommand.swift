/// `farmio sync`.
enum SyncCommand {
  static let spec = TreeTransfer.spec(
    "sync", "Bring one tree in line with another",
    first: "Makes DST what SRC is: files that differ are replaced, and mode, owner, times and "
      + "attributes are set right also where the content is the same. With --delete what SRC does "
      + "not hold is removed from DST; what an exclude pattern matches is never removed.",
    example: .init(
      command: "farmio sync /show/dragon /mnt/nas/dragon --delete --exclude 'cache/'",
      output: "copied 1,204 files, 9.44 GB; 40,004 unchanged, 12 removed, in 11.9 s"),
    run: TreeTransfer.run)
}
