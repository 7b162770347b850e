import FrameEngine
import Mover
import Testing

struct FilterTests {
  private static func excludes(_ filter: Filter, _ path: String, isFolder: Bool = false) -> Bool {
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = FileName(names.dropLast().joined(separator: "/"))
    return filter.excludes(FileName(String(names.last!)), in: folder, isFolder: isFolder)
  }

  @Test(arguments: [
    (["*.exr"], "a.exr", true), (["*.exr"], "shots/010/a.exr", true),
    (["*.exr"], "a.exr.bak", false), (["/cache"], "cache", true), (["/cache"], "a/cache", false),
    (["a/b"], "a/b", true), (["a/b"], "x/a/b", false), (["**/a/b"], "x/y/a/b", true),
    (["**/a/b"], "a/b", true), (["a/**/b"], "a/b", true), (["a/**/b"], "a/x/y/b", true),
    (["a/**"], "a", false), (["a/**"], "a/x/y", true), (["?.txt"], "a.txt", true),
    (["?.txt"], "ab.txt", false), (["[a-c].txt"], "b.txt", true), (["[!a-c].txt"], "b.txt", false),
    (["[]-].txt"], "].txt", true), (["\\*"], "*", true), (["\\*"], "a", false),
    (["*.tmp", "!keep.tmp"], "keep.tmp", false), (["!keep.tmp", "*.tmp"], "keep.tmp", true),
    (["*a*b*c"], "xaybzabc", true), (["*a*b*c"], "xaybz", false), (["a/*"], "a/b/c", false),
    (["**"], "x", true), (["\\!a"], "!a", true), (["A"], "a", false),
  ])
  func `Decides as documented`(patterns: [String], path: String, isExcluded: Bool) throws {
    #expect(Self.excludes(try Filter(excluding: patterns), path) == isExcluded)
  }

  @Test func `A slash at the end matches folders only`() throws {
    let filter = try Filter(excluding: ["build/"])
    #expect(Self.excludes(filter, "a/build", isFolder: true))
    #expect(!Self.excludes(filter, "a/build"))
  }

  @Test func `Names of any bytes are matched as bytes`() throws {
    var filter = Filter()
    try filter.exclude([0xFF, UInt8(ascii: "?")])
    #expect(filter.excludes(FileName([0xFF, 0xFE]), in: "", isFolder: false))
    #expect(!filter.excludes(FileName([0xFE, 0xFF]), in: "", isFolder: false))
  }

  @Test func `Files of rules have comments, blanks and CR LF`() throws {
    var filter = Filter()
    let text = "\u{FEFF}# comment\r\n\r\n*.bak \r\n\\#odd\nend\\ \n!a.bak"
    try filter.exclude(linesOf: Array(text.utf8))
    #expect(Self.excludes(filter, "b.bak"))
    #expect(!Self.excludes(filter, "a.bak"))
    #expect(Self.excludes(filter, "#odd"))
    #expect(Self.excludes(filter, "end "))
    #expect(!Self.excludes(filter, "end"))
    #expect(!Self.excludes(filter, "# comment"))
  }

  @Test(arguments: ["[abc", "a\\", "/", "!", "", "[[:alpha:]]", "[a\\", "a//b", "//"])
  func `Refuses what it cannot read`(pattern: String) {
    #expect(throws: FilterError.self) { try Filter(excluding: [pattern]) }
  }

  @Test func `A hostile pattern costs polynomial time`() throws {
    let stars = String(repeating: "*a", count: 100)
    let filter = try Filter(excluding: [stars + "b", "**/" + stars + "/**/b/**/c"])
    #expect(!Self.excludes(filter, String(repeating: "a", count: 250)))
    #expect(!Self.excludes(filter, Array(repeating: "a", count: 1000).joined(separator: "/")))
  }

  /// git's own judgement of random patterns over a tree that holds every combination of names.
  @Test func `Agrees with git check-ignore`() throws {
    let scratch = ScratchTree()
    let names = ["a", "b", "ab", "a.b", "ba", "a b", "x-"]
    let folders = names + names.flatMap { first in names.map { "\(first)/\($0)" } }
    let files = names.map { "\($0)f" } + folders.map { "\($0)/c.b" } + folders.map { "\($0)/f" }
    scratch.run("git init -q .; mkdir -p \(quoted(folders)); touch \(quoted(files))")
    let paths = folders + files
    scratch.run("printf '%s\\n' \(quoted(paths)) > .git/paths")
    var generator = SeededGenerator(seed: 1)
    for round in 0..<100 {
      let patterns = (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
        Self.randomPattern(using: &generator)
      }
      var filter = Filter()
      try filter.exclude(linesOf: Array(patterns.joined(separator: "\n").utf8))
      let listed = scratch.run(
        """
        : > .gitignore
        \(patterns.isEmpty ? "" : "printf '%s\\n' \(quoted(patterns)) > .gitignore")
        git check-ignore --no-index --stdin < .git/paths || test $? = 1
        """)
      let ignored = Set(listed.split(separator: "\n").map { $0.trimmingQuotes })
      for path in paths {
        #expect(
          Self.isLeftOut(path, isFolder: folders.contains(path), by: filter)
            == ignored.contains(path),
          "round \(round): \(patterns) on \(path)")
      }
    }
  }

  /// Whether a path or a folder above it is excluded.
  private static func isLeftOut(_ path: String, isFolder: Bool, by filter: Filter) -> Bool {
    let names = path.split(separator: "/")
    return names.indices.contains { index in
      excludes(
        filter, names[...index].joined(separator: "/"),
        isFolder: isFolder || index < names.count - 1)
    }
  }

  private static func randomPattern(using generator: inout SeededGenerator) -> String? {
    let parts = [
      "a", "b", "ab", "*", "?", "**", "/", "/", "[ab]", "[!a]", ".", "f", "\\a", "[a-]", "**/",
      "/**", "x-", "[^b]", " ",
    ]
    var pattern = Bool.random(using: &generator) && Bool.random(using: &generator) ? "!" : ""
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      pattern += parts.randomElement(using: &generator)!
    }
    if Bool.random(using: &generator) && Bool.random(using: &generator) { pattern += "/" }
    var filter = Filter()
    return (try? filter.exclude(linesOf: Array(pattern.utf8))) == nil ? nil : pattern
  }
}

private func quoted(_ words: [String]) -> String {
  words.map { "'\($0)'" }.joined(separator: " ")
}

extension Substring {
  fileprivate var trimmingQuotes: String {
    hasPrefix("\"") ? String(dropFirst().dropLast()) : String(self)
  }
}
