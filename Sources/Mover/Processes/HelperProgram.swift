import FrameEngine

/// Where programs lie that belong to farmio.
enum HelperProgram {
  /// Where the program `name` may be, for a running program at `executable`: beside it, else in
  /// `../libexec/farmio` from there.
  static func places(of name: FileName, beside executable: [UInt8]) -> [FileName] {
    guard let slash = executable.lastIndex(of: UInt8(ascii: "/")) else { return [] }
    let folder = FileName(Array(executable[..<slash]))
    return [name, FileName("../libexec/farmio").appending(name)].map(folder.appending)
  }
}
