import Foundation
import Testing

/// The rules of the house, kept by a test rather than by reviewers.
@Suite struct TidyTests {
  /// Imports go one way: a module never imports one above it.
  @Test(arguments: [
    ("FrameEngine", ["Mover", "Farm", "FarmService", "farmio", "Foundation", "Glibc", "CLinux"]),
    ("Mover", ["Farm", "FarmService", "farmio", "Foundation"]),
  ])
  func importsGoOneWay(module: String, forbidden: [String]) throws {
    for file in try SourceTree.files(under: "Sources/\(module)", ["swift"]) {
      for line in file.lines {
        guard let imported = SourceTree.importedModule(line) else { continue }
        #expect(!forbidden.contains(imported), "\(file.path) imports \(imported)")
      }
    }
  }

  /// A file is one noun.
  @Test func filesAreShort() throws {
    let files = try SourceTree.files(under: "Sources", ["swift", "c", "h"])
    #expect(files.count > 100, "the sources were not found")
    for file in files {
      #expect(file.lines.count <= 600, "\(file.path) has \(file.lines.count) lines")
    }
    let lengths = files.map(\.lines.count).sorted()
    #expect(lengths[lengths.count * 9 / 10] <= 300, "one file in ten has over 300 lines")
  }

  /// What is unfinished is finished, or told in the docs as a limit.
  @Test func nothingSpeaksOfUnfinishedWork() throws {
    let words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"]
    for folder in ["Sources", "Tests", "Benchmarks", "docs"] {
      for file in try SourceTree.files(under: folder, ["swift", "c", "h", "md", "py"]) {
        for (number, line) in file.lines.enumerated() {
          for word in words where line.contains(word) {
            Issue.record("\(file.path):\(number + 1) says \(word)")
          }
        }
      }
    }
  }

  /// Release builds have no faults to order, and no parser that believes what it reads.
  @Test func faultsAndFuzzingAreBehindTraits() throws {
    for file in try SourceTree.files(under: "Sources", ["swift"])
    where file.path.contains("FaultyDisk") {
      #expect(file.lines.first { !$0.hasPrefix("//") && !$0.isEmpty } == "#if FaultInjection")
    }
  }

  /// Every decision has its number once.
  @Test func decisionsAreNumberedOnce() throws {
    let names = try SourceTree.files(under: "docs/decisions", ["md"]).map {
      ($0.path as NSString).lastPathComponent
    }
    let numbers = names.map { String($0.prefix(4)) }
    #expect(Set(numbers).count == numbers.count, "\(names)")
    #expect(!numbers.isEmpty)
  }
}

/// The files of the package.
private enum SourceTree {
  struct File {
    /// Below the root of the package.
    let path: String
    let lines: [Substring]
  }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func files(under folder: String, _ extensions: Set<String>) throws -> [File] {
    let base = root.appendingPathComponent(folder)
    let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
    var files = [File]()
    while let url = walk?.nextObject() as? URL {
      guard extensions.contains(url.pathExtension) else { continue }
      let text = try String(contentsOf: url, encoding: .utf8)
      let path = String(url.path.dropFirst(root.path.count + 1))
      files.append(
        File(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
    }
    return files
  }

  /// The module that a line imports; `nil` if it imports none.
  static func importedModule(_ line: Substring) -> String? {
    let words = line.split(separator: " ").filter {
      !["public", "package", "internal", "@testable", "struct", "enum", "class", "func"]
        .contains($0)
    }
    guard words.count == 2, words[0] == "import" else { return nil }
    return String(words[1])
  }
}
