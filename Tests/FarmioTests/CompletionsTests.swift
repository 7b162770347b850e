import Testing

@testable import farmio

/// Loads each script into the real shell and asks it to complete.
@Suite struct CompletionsTests {
  /// The words that `line` is completed to, the line's last word being incomplete.
  private typealias Completer = (_ line: [String], _ folder: TemporaryFolder) throws -> String

  private func bash(_ line: [String], _ folder: TemporaryFolder) throws -> String {
    let script = """
      source <("$0" completions bash)
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _farmio
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    return try run(["bash", "--norc", "-c", script, ChildProcess.farmio] + line, folder)
  }

  private func fish(_ line: [String], _ folder: TemporaryFolder) throws -> String {
    let words = line.joined(separator: " ")
    let script = "\(ChildProcess.farmio) completions fish | source; complete -C '\(words)'"
    return try run(["fish", "--no-config", "-c", script], folder)
  }

  private func zsh(_ line: [String], _ folder: TemporaryFolder) throws -> String {
    // Only an editing shell at a terminal completes: zpty gives it one, and the widget that runs
    // at the start of each line asks for the completion.
    try folder.write(
      "probe.zsh",
      """
      fpath=($PWD $fpath)
      autoload -Uz compinit && compinit -D -u
      probe() {
        BUFFER='\(line.joined(separator: " "))' CURSOR=$#BUFFER
        zle complete-word
        print -r -- $BUFFER > completed
        print FINI''SHED
      }
      zle -N zle-line-init probe
      """)
    _ = try run(["bash", "-c", "\(ChildProcess.farmio) completions zsh > _farmio"], folder)
    let script = """
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'source ./probe.zsh'
      zpty -r -m z seen '*FINISHED*'
      zpty -d z
      """
    _ = try run(["zsh", "-f", "-c", script], folder)
    return try folder.read("completed")
  }

  private func run(_ command: [String], _ folder: TemporaryFolder) throws -> String {
    let child = try ChildProcess.run(command, environment: ["TERM": "dumb"], in: folder.path)
    #expect(child.status == 0 && child.errors == "", "\(child.errors)")
    return child.output
  }

  private func check(_ complete: Completer) throws {
    try TemporaryFolder.with { folder in
      try folder.write("scene v1.blend", "")
      try folder.write("only", "")
      for (line, expected) in [
        (["farmio", "resto"], "restore"),
        (["farmio", "backup", "--exclude-f"], "--exclude-from"),
        (["farmio", "check", "--read"], "--read-data"),
        (["farmio", "init", "--chunk", "25"], "256K"),
        (["farmio", "completions", "fi"], "fish"),
        (["farmio", "restore", "repo", "lat"], "latest"),
        (["farmio", "copy", "onl"], "only"),
        (["farmio", "help", "snap"], "snapshots"),
      ] {
        let offered = try complete(line, folder)
        #expect(offered.contains(expected), "\(line): \(offered)")
      }
    }
  }

  @Test func bashCompletes() throws { try check(bash) }

  @Test func fishCompletes() throws { try check(fish) }

  @Test func zshCompletes() throws { try check(zsh) }

  @Test func bashTakesTheValueBehindAnEqualsSign() throws {
    try TemporaryFolder.with { folder in
      let line = ["farmio", "backup", "repo", "--progress", "=", "js"]
      let offered = try bash(line, folder)
      #expect(offered == "json\n")
    }
  }
}
