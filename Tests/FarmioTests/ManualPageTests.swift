import Testing

@testable import farmio

@Suite struct ManualPageTests {
  @Test func manShowsItWithoutWarnings() throws {
    try TemporaryFolder.with { folder in
      try folder.write("farmio.1", ManualPage.text(Catalogue.commands) + "\n")
      let child = try ChildProcess.run(
        ["man", "-l", "--warnings", folder.file("farmio.1")],
        environment: ["LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MANPAGER": "cat"])
      #expect(child.status == 0)
      #expect(child.errors == "")
      for command in Catalogue.commands {
        #expect(child.output.contains("farmio \(command.name)"))
        for option in command.options { #expect(child.output.contains("--\(option.long)")) }
      }
      #expect(child.output.contains(#"as \xHH"#) && child.output.contains("'*.tmp'"))
    }
  }
}
