import Testing

@testable import farmio

@Suite struct HelpTextTests {
  @Test(arguments: Catalogue.commands.map(\.name))
  func helpFitsAndHasAnExample(name: String) throws {
    let command = try #require(Catalogue.command(name))
    let text = HelpText.command(command)
    for line in text.split(separator: "\n") { #expect(TextWidth.cells(String(line)) <= 80) }
    #expect(text.contains("\nExample:\n  $ \(command.example.command)\n"))
    #expect(command.example.command.contains("farmio \(name)"))
    for option in command.allOptions { #expect(text.contains("--\(option.long)")) }
    for operand in command.operands { #expect(text.contains("\n  \(operand.name)")) }
    #expect(text.contains("\nExit status:\n  0"))
  }

  @Test(
    arguments: Catalogue.commands.filter { !$0.example.command.hasPrefix("source") }.map(\.name))
  func examplesAreRightUsage(name: String) throws {
    let command = try #require(Catalogue.command(name))
    let words = command.example.command.split(separator: " ").dropFirst()
      .prefix { $0 != ">" }
      .map { FileNameText(stringLiteral: String($0)).name }
    let parser = ArgumentParser(
      commands: Catalogue.commands, environment: Environment([:]), isRepository: { _ in false })
    guard case .run(let invocation) = try parser.parse(words) else {
      Issue.record("\(command.example.command) runs nothing")
      return
    }
    #expect(invocation.command.name == name)
  }

  @Test func theListHoldsEveryCommand() {
    let text = HelpText.program(Catalogue.commands)
    for command in Catalogue.commands {
      #expect(text.contains("\n  \(command.name) ") && text.contains(command.summary))
    }
    for line in text.split(separator: "\n") { #expect(TextWidth.cells(String(line)) <= 80) }
  }

  @Test func wordsWrapAtTheWidth() {
    #expect(TextFlow.wrap("aa bb cc", 5) == ["aa bb", "cc"])
    #expect(TextFlow.wrap("aaaaaaaa b", 5) == ["aaaaaaaa", "b"])
    #expect(TextFlow.wrap("", 5) == [])
  }
}
