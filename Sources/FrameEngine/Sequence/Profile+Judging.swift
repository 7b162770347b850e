extension Profile {
  /// Every finding about a frame's name and headers, weighed by this profile, in this order: name,
  /// windows, storage, channels, metadata, ACES, Cryptomatte.
  ///
  /// `fileName` is without folders; `versionFlags` are those of the file's first eight bytes.
  /// Nothing is judged without parts but the name. Costs a pass over channels and attributes.
  public func judge(
    _ parts: [Part], versionFlags: UInt32 = 0, fileName: FileName
  ) -> [Finding] {
    var findings = self.fileName.findings(fileName)
    guard !parts.isEmpty else { return findings.compactMap(weighing) }
    for (number, part) in parts.enumerated() {
      findings += image.findings(part, number)
      findings += storage.findings(part, number)
    }
    findings += storage.findings(partCount: parts.count)
    findings += channels.findings(parts)
    findings += metadata.findings(parts)
    if isACESContainer { findings += ACESContainer.findings(parts, versionFlags: versionFlags) }
    for (number, part) in parts.enumerated() {
      for layer in Cryptomatte.layers(of: part) {
        findings += layer.findings(part: number, codec: part.codec)
      }
    }
    return findings.compactMap(weighing)
  }
}

extension FileNameDemand {
  func findings(_ name: FileName) -> [Finding] {
    var findings = [Finding]()
    let text = String(decoding: name.bytes, as: UTF8.self)
    if let characters {
      var odd = [String]()
      for scalar in text.unicodeScalars where !characters.contains(scalar) {
        let shown = FileName(Array(String(scalar).utf8)).description
        if !odd.contains(shown) { odd.append(shown) }
      }
      if !odd.isEmpty {
        findings.append(
          Finding(
            .fileName, count: odd.count,
            "the name has characters outside \(characters.text): \(SequenceJudge.list(odd))"))
      }
    }
    if let byteLimit, name.bytes.count > byteLimit {
      findings.append(
        Finding(
          .fileName, FindingPlace(),
          "the name has \(counted(name.bytes.count, "byte")); the profile allows \(byteLimit)"))
    }
    if let pattern, !pattern.matches(text) {
      findings.append(
        Finding(.fileName, FindingPlace(), "the name does not look like \(pattern.text)"))
    }
    return findings
  }
}

extension ImageDemand.Size: CustomStringConvertible {
  /// `3840x2160`.
  public var description: String { "\(width)x\(height)" }
}

extension ImageDemand {
  func findings(_ part: Part, _ number: Int) -> [Finding] {
    let place = FindingPlace(part: number)
    let display = part.displayWindow
    let size = Size(width: display.width, height: display.height)
    var findings = [Finding]()
    if !resolutions.isEmpty, !resolutions.contains(size) {
      findings.append(
        Finding(.resolution, place, "the resolution is \(size) instead of \(choice(resolutions))"))
    }
    if let smallest, size.width < smallest.width || size.height < smallest.height {
      findings.append(
        Finding(.resolution, place, "the resolution is \(size), which is below \(smallest)"))
    }
    if let displayWindow, display != displayWindow {
      findings.append(
        Finding(
          .displayWindow, place, "the display window is \(display) instead of \(displayWindow)"))
    }
    if let reason = dataWindowFault(part.dataWindow, display) {
      findings.append(
        Finding(.dataWindow, place, "the data window is \(part.dataWindow) \(reason)"))
    }
    if let pixelAspectRatio, !(abs(part.pixelAspectRatio - pixelAspectRatio) <= 0.001) {
      findings.append(
        Finding(
          .pixelAspect, place,
          "the pixel aspect ratio is \(part.pixelAspectRatio) instead of \(pixelAspectRatio)"))
    }
    return findings
  }

  private func dataWindowFault(_ data: Window, _ display: Window) -> String? {
    switch dataWindow {
    case nil: return nil
    case .display: return data == display ? nil : "instead of the display window \(display)"
    case .insideDisplay:
      return display.intersection(data) == data ? nil : "and exceeds the display window \(display)"
    case .window(let wanted): return data == wanted ? nil : "instead of \(wanted)"
    case .overscan(let left, let top, let right, let bottom):
      let isWanted =
        data.minX == display.minX - left && data.minY == display.minY - top
        && data.maxX == display.maxX + right && data.maxY == display.maxY + bottom
      return isWanted
        ? nil
        : "and not the display window \(display) with \(left), \(top), \(right), \(bottom) pixels "
          + "more at left, top, right, bottom"
    }
  }
}

/// Values to choose from, as text.
func choice(_ values: [some CustomStringConvertible]) -> String {
  values.map(\.description).joined(separator: " or ")
}
