import Glibc
import Testing

@testable import FrameEngine

/// Writes the fuzzers' first inputs, made by our own writers: `FARMIO_FUZZ_SEEDS=Tests/Fuzz/corpus`
/// names the folder, with one folder a target in it.
@Suite(.enabled(if: unsafe getenv("FARMIO_FUZZ_SEEDS") != nil)) struct FuzzSeedTests {
  private func write(_ bytes: [UInt8], _ name: String) {
    let folder = unsafe String(cString: getenv("FARMIO_FUZZ_SEEDS"))
    guard let file = unsafe fopen("\(folder)/\(name)", "w") else { return }
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
  }

  @Test func writeSeeds() {
    let key = BLAKE3.deriveKey(context: "seed", material: [1].rawBytes)
    for seed in 1...4 as ClosedRange<UInt64> {
      var samples = FormatSamples(seed: seed)
      let (part, records) = samples.part(key: key)
      let header = records[0].header(isEncrypted: false, payloadChecksum: 1)
      write(part.header.encoded + header + part.storedFooter + part.trailer.encoded, "pack/\(seed)")
      let parts = [part, samples.part(key: key).part]
      write(IndexSegment(parts).encoded(repository: samples.run()), "index/\(seed)")
      write([0] + samples.page().encoded, "tree/page\(seed)")
      write([1] + ChunkList((0..<9).map { _ in samples.segment() }).encoded, "tree/list\(seed)")
      let bodies: [[UInt8]] = [
        samples.config().encoded,
        RecordEnvelope(kind: .lease, nonce: nil, body: [1, 2]).encoded(name: "refs/1", key: key),
        samples.lease().encoded, samples.reference().encoded,
        TombstoneRecord(
          collector: samples.run(), time: samples.time(), condemned: samples.packNames()
        ).encoded,
        VerdictRecord(time: samples.time(), deleted: samples.packNames()).encoded,
        ForgottenRecord(time: samples.time()).encoded,
        WatchRecord(heartbeat: samples.next(), since: samples.time()).encoded,
      ]
      for (choice, body) in bodies.enumerated() {
        write([UInt8(choice)] + body, "record/\(choice)-\(seed)")
      }
      var compressor = Compressor()
      var hint = StrideHint()
      let kind = SampleBytes.allCases[Int(seed)]
      let (encoding, payload) = pack(kind.make(3000, seed: seed), &compressor, hint: &hint)
      let fields: [UInt8] = [
        encoding.codec.rawValue, encoding.stride, encoding.delta ? 1 : 0, 0xB8, 0x0B, 0,
      ]
      write(fields + payload, "payload/\(seed)")
    }
    write(Array("*.tmp\n!keep/**/a[0-9]\n/build/\n\\#x\n# no\0a/b/c1".utf8), "filter/1")
    write(Array("**/cache/*?.ex[!r]\0cache/x.exe".utf8), "filter/2")
  }
}
