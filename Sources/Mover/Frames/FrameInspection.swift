import FrameEngine

/// One frame in memory, looked at step by step: container, chunks, pixels, profile, manifest.
struct FrameInspection: ~Copyable {
  private let disk: any Disk
  private let options: VerifyOptions
  private let cancellation: CancelToken?
  private(set) var report: FrameReport

  init(
    _ file: FrameFile, on disk: any Disk, _ options: VerifyOptions, _ cancellation: CancelToken?
  ) {
    self.disk = disk
    self.options = options
    self.cancellation = cancellation
    report = FrameReport(file)
  }

  /// Looks at the frame that lies in `memory`. `crew` are the threads that share its chunks.
  mutating func inspect(_ memory: FrameBytes, _ crew: FrameCrew) throws(FrameFailure) {
    try memory.withBytes { bytes throws(FrameFailure) in
      let container = Container(reading: bytes)
      var findings = note(container, memory)
      if options.depth >= .decode {
        // What can be said without the program is said.
        weigh(findings, container)
        try requireDecoder(for: container.parts, crew)
        lookInside(container, memory, crew, &findings)
      }
      weigh(findings, container)
      do throws(DiskError) { try digest(container, bytes) } catch { throw .disk(error) }
    }
  }

  /// Looks at the frame of which nothing but its structure is asked for and was read.
  mutating func inspect(_ container: Container, _ memory: FrameBytes) {
    weigh(note(container, memory), container)
  }

  /// Whether the structure is all that is asked for.
  static func needsNoPayload(_ options: VerifyOptions) -> Bool {
    options.depth == .structure && !options.takesDigests && options.manifest == nil
  }

  /// Takes down what the frame consists of, and returns what is wrong with its structure.
  private mutating func note(_ container: Container, _ memory: FrameBytes) -> [Finding] {
    report.byteCount = container.byteCount
    report.parts = zip(container.parts, container.grids).map { part, grid in
      PartReport(part, chunkCount: grid.count)
    }
    return container.findings + FileFindings.findings(memory, container)
  }

  /// Reports the findings, and those of the profile, as the profile has them.
  private mutating func weigh(_ findings: [Finding], _ container: Container) {
    let judged = options.profile.judge(
      container.parts, versionFlags: container.versionFlags, fileName: report.file.name)
    report.findings = findings.compactMap(options.profile.weighing) + judged
  }

  private func requireDecoder(for parts: [Part], _ crew: FrameCrew) throws(FrameFailure) {
    do throws(DecoderMissing) {
      for part in parts { try crew.decoder.require(for: part.codec) }
    } catch {
      throw .decoder(error)
    }
  }

  private mutating func lookInside(
    _ container: Container, _ memory: FrameBytes, _ crew: FrameCrew, _ findings: inout [Finding]
  ) {
    let looks = container.parts.enumerated().map { number, part in look(at: part, number) }
    for (number, part) in container.parts.enumerated()
    where options.depth == .pixels && FrameInspection.isVast(part) {
      findings.append(
        Finding(
          .limitExceeded, FindingPlace(part: number),
          "the window is too large for its samples to be looked at"))
    }
    let result = FrameLook(container, looks).run(crew, memory, cancellation)
    findings += result.findings
    for number in report.parts.indices {
      let missing = container.chunks[number].indices.filter { container.chunks[number][$0] == nil }
      report.parts[number].damaged = (missing + result.damaged[number]).sorted()
      report.parts[number].scan = result.scans[number]
      report.parts[number].thumbnail = result.thumbnails[number]
    }
    findings += unsupportedFindings(container)
    findings += deepFindings(container.parts, result)
    findings += report.parts.enumerated().compactMap { SalvageFinding.finding($1, part: $0) }
    guard options.depth == .pixels else { return }
    findings += PixelJudge.judge(result.scans)
    for (number, look) in looks.enumerated() {
      for (layer, ids) in zip(look.layers, result.ids[number]) {
        findings += IDFindings.findings(layer.matte, ids, part: number, of: report.file, on: disk)
      }
    }
  }

  private func look(at part: Part, _ number: Int) -> PartLook {
    guard options.depth == .pixels, !part.kind.isDeep, !FrameInspection.isVast(part) else {
      return PartLook(part: part, number: number, plan: nil, thumbnail: nil, layers: [])
    }
    let layers = Cryptomatte.layers(of: part).map { matte in
      PartLook.Layer(
        matte: matte, channels: matte.idChannels.compactMap { part.channels.firstIndex(of: $0) })
    }
    let plan = ScanPlan(
      part, limits: options.profile.pixels, takesDigest: options.takesPixelDigests)
    return PartLook(
      part: part, number: number, plan: plan, thumbnail: number == 0 ? thumbnail(of: part) : nil,
      layers: layers)
  }

  /// Whether a window is so large that what is kept for each row and cell would take memory that
  /// no real frame needs.
  private static func isVast(_ part: Part) -> Bool {
    let window = part.dataWindow
    return max(window.width, window.height) > 1 << 22 || window.area > 1 << 34
  }

  /// An empty picture of what a person looks at.
  private func thumbnail(of part: Part) -> Thumbnail? {
    guard let box = options.thumbnails, let view = ViewChannels(of: part.channels) else {
      return nil
    }
    return Thumbnail(
      display: part.displayWindow, pixelAspectRatio: part.pixelAspectRatio,
      channels: part.channels, showing: view, fittingWidth: box.width, height: box.height)
  }

  /// One finding for each part whose codec nobody here unpacks.
  private func unsupportedFindings(_ container: Container) -> [Finding] {
    zip(container.parts, container.grids).enumerated().compactMap { number, pair in
      guard pair.0.codec.decoding == .unsupported else { return nil }
      return Finding(
        .codecUnsupported, FindingPlace(part: number), count: pair.1.count,
        "\(pair.0.codec.name) is not unpacked here: nothing is said of the pixels")
    }
  }

  private func deepFindings(_ parts: [Part], _ result: FrameLookResult) -> [Finding] {
    parts.enumerated().compactMap { number, part in
      guard part.kind.isDeep, report.parts[number].damaged.isEmpty, result.deepSamples[number] > 0,
        let stated = part.attribute("maxSamplesPerPixel")?.int, stated >= 0,
        stated != result.deepSamples[number]
      else { return nil }
      return Finding(
        .deepMaxSamples, FindingPlace(part: number), count: result.deepSamples[number],
        "the header says \(stated) samples a pixel at most, and there are "
          + "\(result.deepSamples[number])")
    }
  }

  /// Takes the frame's digests and compares them with the manifest.
  private mutating func digest(_ container: Container, _ bytes: RawSpan) throws(DiskError) {
    guard options.takesDigests || options.manifest != nil else { return }
    let path = report.file.path
    let known = try options.manifestNames?.name(of: path) ?? path
    var frame = FrameManifest.Frame(
      name: known, byteCount: bytes.byteCount, digest: BLAKE3.hash(bytes))
    frame.parts = container.chunks.enumerated().map { number, chunks in
      let scan = report.parts[number].isComplete ? report.parts[number].scan : nil
      return FrameManifest.Part(
        pixels: scan?.digest,
        chunks: chunks.compactMap { record in
          record.map {
            FrameManifest.Chunk(
              index: $0.region.index, digest: BLAKE3.hash(bytes.extracting($0.payload)))
          }
        })
    }
    if let manifest = options.manifest {
      let differing = manifest.findings(for: frame) { part, chunk in
        container.grids.indices.contains(part) && chunk < container.grids[part].count
          ? container.grids[part].region(at: chunk) : nil
      }
      report.findings += differing.compactMap(options.profile.weighing)
    }
    guard options.takesDigests else { return }
    if let names = options.digestNames { frame.name = try names.name(of: path) }
    report.digests = frame
  }

  /// The frame could not be looked at.
  mutating func fail(_ failure: FrameFailure) { report.failure = failure }

  mutating func finish(_ duration: Duration) -> FrameReport {
    report.duration = duration
    return report
  }
}
