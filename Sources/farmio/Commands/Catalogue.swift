/// Every command, in the order in which the help lists them.
enum Catalogue {
  static let commands: [CommandSpec] = [
    InitCommand.spec, BackupCommand.spec, SnapshotsCommand.spec, LsCommand.spec, DiffCommand.spec,
    StatsCommand.spec, RestoreCommand.spec, MountCommand.spec, CheckCommand.spec,
    ForgetCommand.spec,
    PruneCommand.spec,
    CopyCommand.spec, SyncCommand.spec, CatCommand.spec, DuCommand.spec, RmCommand.spec,
    ThawCommand.spec,
    VerifyCommand.spec, TileCommand.spec, ConvertCommand.spec, PreviewCommand.spec,
    SheetCommand.spec, CompareCommand.spec,
    HelpCommand.spec, VersionCommand.spec, CompletionsCommand.spec, ManCommand.spec,
  ]

  /// The command of this name.
  static func command(_ name: String) -> CommandSpec? { commands.first { $0.name == name } }
}
