import FrameEngine
import Testing

@Suite struct ChunkClassKindTests {
  @Test(
    "What is written whole gets large chunks, in either case",
    arguments: ["beauty.1001.exr", "WALL.TIFF", "plate.mov", "old.tar.gz", ".png"])
  func large(name: String) { #expect(ChunkClass.suited(to: FileName(name)) == .k256) }

  @Test(
    "What people save again and again gets small ones, and so does the unknown",
    arguments: ["shot.blend", "layout.usda", "exr", "", ".", "a.", "x.exr.bak", "x.exrexr", "a.b"])
  func small(name: String) { #expect(ChunkClass.suited(to: FileName(name)) == .k64) }
}
