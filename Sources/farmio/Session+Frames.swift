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

  /// The program that unpacks PIZ, B44 and DWA.
  func decoder() throws(CommandError) -> DecoderProgram {
    do throws(DecoderMissing) {
      return try DecoderProgram.find()
    } catch {
      throw CommandError(at: nil, "", error.description)
    }
  }

  /// A profile that comes with the program, or that of a file.
  func profile(_ name: FileName, on disk: any Disk) throws(CommandError) -> Profile {
    do throws(ProfileError) {
      return try ProfileFile.find(name, on: disk)
    } catch {
      throw CommandError(.usage, at: nil, "use the profile", error.description)
    }
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
