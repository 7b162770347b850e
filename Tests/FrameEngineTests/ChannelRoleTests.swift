import Testing

@testable import FrameEngine

@Suite struct ChannelRoleTests {
  private static func roles(
    _ names: [String], _ type: PixelType = .half, overrides: [String: ChannelRole] = [:]
  ) -> [ChannelRole] {
    ChannelRole.roles(of: PixelSamples.channels(names, type), overrides: overrides)
  }

  @Test(arguments: [
    ("R", ChannelRole.colour), ("beauty.G", .colour), ("diffuse.left.blue", .colour),
    ("Y", .colour), ("RY", .colour), ("A", .alpha), ("left.Alpha", .alpha), ("AR", .alpha),
    ("Z", .depth), ("ZBack", .depth), ("depth", .depth), ("depth.R", .depth), ("Z.V", .data),
    ("ViewLayer.Depth.Z", .depth), ("N.R", .data), ("Normal.X", .data), ("P.B", .data),
    ("motion.u", .data), ("forward.v", .data), ("Velocity.G", .data), ("uv.R", .data),
    ("ViewLayer.UV.A", .data), ("normal.A", .data), ("beauty.A", .alpha),
    ("id", .id), ("objectId", .id), ("material_ID", .id), ("ObjectID.R", .id),
    ("CryptoMaterial01.A", .id), ("cryptomatte", .id), ("fluid.R", .colour), ("grid.G", .colour),
    ("variance.R", .data), ("samples", .data), ("ambient", .data), ("", .data),
  ]) func rolesByName(name: String, role: ChannelRole) {
    #expect(Self.roles([name]) == [role])
  }

  @Test func axesOfAVectorBelongTogether() {
    #expect(
      Self.roles(["Y", "dir.X", "dir.Y", "dir.Z", "far.Y", "far.Z"])
        == [.colour, .data, .data, .data, .colour, .depth])
  }

  @Test func integersAreIDs() {
    #expect(Self.roles(["R", "Z"], .uint) == [.id, .id])
  }

  @Test func profilesGoFirst() {
    #expect(
      Self.roles(["mask.R", "mask.G", "R"], overrides: ["mask": .alpha, "mask.G": .data])
        == [.alpha, .data, .colour])
  }
}
