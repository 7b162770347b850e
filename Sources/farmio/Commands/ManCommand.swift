/// `farmio man`.
enum ManCommand {
  static let spec = CommandSpec(
    "man", .program, "Print the manual page",
    discussion: ["Prints the manual in the format of man(1), to be kept as farmio.1."],
    example: .init(
      command: "farmio man > /usr/local/share/man/man1/farmio.1 && man farmio",
      output: "FARMIO(1)              User Commands              FARMIO(1)"),
    run: run)

  static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let page = ManualPage.text(Catalogue.commands)
    session.report.result(page)
    session.report.document { $0.field("page", page) }
    return .success
  }
}
