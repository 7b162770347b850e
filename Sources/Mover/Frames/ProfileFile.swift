public import FrameEngine
import Glibc

/// Profiles as YAML files: those that come with the program, and those of a show.
///
/// Every key is known or refused, with line and column. The page on profiles has them all.
public enum ProfileFile {
  /// The most bytes of a profile's file.
  public static let byteLimit = YAMLLimits.bytes

  /// Reads a profile. `source` names it in errors.
  public static func parse(_ text: [UInt8], source: String) throws(ProfileError) -> Profile {
    do throws(YAMLError) {
      return try ProfileReader.profile(try YAMLParser.parse(text))
    } catch {
      throw ProfileError(source, line: error.mark?.line, column: error.mark?.column, error.reason)
    }
  }

  /// Loads a profile's file.
  public static func load(_ path: FileName, on disk: any Disk) throws(ProfileError) -> Profile {
    let text: [UInt8]
    do throws(DiskError) {
      let file = try disk.open(path, in: .current, .read())
      defer { disk.abandon(file) }
      text = try disk.read(file, at: 0, count: byteLimit + 1)
    } catch {
      throw ProfileError(
        path.description, "cannot \(error.operation.rawValue): \(error.cause)")
    }
    return try parse(text, source: path.description)
  }

  /// The profile of a name that comes with the program, or else that of a file.
  public static func find(_ name: FileName, on disk: any Disk) throws(ProfileError) -> Profile {
    if let profile = builtIn(name.description) { return profile }
    do throws(ProfileError) {
      return try load(name, on: disk)
    } catch {
      guard error.line == nil else { throw error }
      throw ProfileError(
        error.source,
        "\(error.reason); give a file, or one of \(builtInNames.joined(separator: ", "))")
    }
  }

  /// A profile with one of its limits replaced. `key` is that of a file, with dots between:
  /// `pixels.clipped-share`, `outliers.scatters`.
  public static func adjusting(
    _ profile: Profile, _ key: String, to value: String
  ) throws(ProfileError) -> Profile {
    do throws(YAMLError) {
      return try ProfileReader.adjusting(profile, key, to: value)
    } catch {
      throw ProfileError("\(key)=\(value)", error.reason)
    }
  }

  /// The names of the profiles that come with the program.
  public static let builtInNames = builtInTexts.map(\.name)

  /// A profile that comes with the program; `nil` for another name.
  public static func builtIn(_ name: String) -> Profile? {
    guard let text = builtInText(name) else { return nil }
    do {
      return try parse(text, source: name)
    } catch {
      preconditionFailure("a profile of the program cannot be read: \(error)")
    }
  }

  /// The YAML text of a profile that comes with the program, to be copied and changed; `nil` for
  /// another name.
  public static func builtInText(_ name: String) -> [UInt8]? {
    builtInTexts.first { $0.name == name }?.text
  }

  /// The files of the folder `Profiles`, which the build puts into the program.
  private static let builtInTexts: [(name: String, text: [UInt8])] = [
    ("aces-2065-4", PackageResources.aces_2065_4_yaml),
    ("house", PackageResources.house_yaml),
    ("netflix-archive", PackageResources.netflix_archive_yaml),
    ("netflix-vfx", PackageResources.netflix_vfx_yaml),
    ("texture", PackageResources.texture_yaml),
  ]
}
