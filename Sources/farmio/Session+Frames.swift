import FrameEngine
import Mover

/// Opening what commands on frames work on.
extension Session {
  /// The frames that the command line names.
  func frameList(
    _ places: [FileName], range: FrameRange?, on disk: any Disk
  ) throws(CommandError) -> FrameList {
    do throws(FrameListError) {
      return try FrameList(places, range: range, on: disk)
    } catch {
      throw CommandError(
        at: error.place, "", error.reason, remedy: error.remedy.isEmpty ? nil : error.remedy)
    }
  }

  /// The profile that the command line names, with the limits that it replaces.
  func profile(on disk: any Disk) throws(CommandError) -> Profile {
    var profile = Profile.standard
    do throws(ProfileError) {
      if let name = self[VerifyCommand.profile] { profile = try ProfileFile.find(name, on: disk) }
    } catch {
      throw CommandError(.usage, at: nil, "use the profile", error.description)
    }
    do throws(ProfileError) {
      for limit in self[VerifyCommand.limits] {
        profile = try ProfileFile.adjusting(profile, limit.key, to: limit.value)
      }
    } catch {
      throw .usage("--limit \(error.description)")
    }
    return profile
  }

  /// A manifest of digests.
  func frameManifest(_ path: FileName, on disk: any Disk) throws(CommandError) -> FrameManifest {
    let bytes = try SmallFile.read(path, "read the manifest", limit: FrameManifest.byteLimit)
    do throws(FormatError) {
      return try FrameManifest(parsing: bytes)
    } catch {
      throw CommandError(
        at: path, "read the manifest", error.description,
        remedy: "Is it a file that --write-manifest wrote? Restore it, or write a new one.")
    }
  }
}
