extension Cryptomatte {
  /// What is wrong with the layer's description and channels, in part `number` packed by `codec`:
  /// `crypto-key`, `crypto-hash`, `crypto-manifest` and `id-channel-lossy`. Nothing where the part
  /// has none of the layer's channels.
  ///
  /// A manifest in the header is parsed; one in a file is not looked for: load `manifestFile` and
  /// give it to `findings(part:_:)`.
  public func findings(part number: Int, codec: PixelCodec) -> [Finding] {
    // Programs carry the attributes along when they drop the channels: that is no fault.
    guard !idChannels.isEmpty else { return [] }
    let place = FindingPlace(part: number)
    var findings = [Finding]()
    let expected = Cryptomatte.key(of: name)
    if key != expected {
      findings.append(
        Finding(
          .cryptoKey, place,
          "the Cryptomatte layer \(name) has the key \(key); its name gives \(expected)"))
    }
    findings += methodFindings(place)
    for channel in idChannels + coverageChannels {
      if let finding = channel.lossyIDFinding(part: number, codec: codec) {
        findings.append(finding)
      }
    }
    if let manifest {
      do throws(FormatError) {
        findings += self.findings(part: number, try CryptomatteManifest(parsing: manifest))
      } catch {
        findings.append(unreadable(error, place))
      }
    } else if manifestFile == nil {
      findings.append(
        Finding(.cryptoManifest, place, "the Cryptomatte layer \(name) has no manifest"))
    }
    return findings
  }

  /// What is wrong with a manifest of the layer: names whose IDs are not their hashes.
  public func findings(part number: Int, _ manifest: CryptomatteManifest) -> [Finding] {
    let wrong = manifest.entries.filter { Cryptomatte.id(of: $0.name) != $0.id }
    guard let first = wrong.first else { return [] }
    let example = FileName(first.name)
    return [
      Finding(
        .cryptoHash, FindingPlace(part: number), count: wrong.count,
        "\(wrong.count) of \(manifest.entries.count) names in the manifest of \(name) have "
          + "another ID than their hash, the first is \(example)")
    ]
  }

  /// The finding for a manifest file that cannot be read as one.
  public func unreadable(_ error: FormatError, _ place: FindingPlace) -> Finding {
    Finding(
      .cryptoManifest, place,
      "the manifest of the Cryptomatte layer \(name) cannot be read: \(error)")
  }

  /// The finding for IDs that the manifest does not name; `nil` for none.
  public func finding(part number: Int, unknown ids: [UInt32]) -> Finding? {
    guard let first = ids.first else { return nil }
    let digits = String(first, radix: 16)
    let example = String(repeating: "0", count: 8 - digits.utf8.count) + digits
    return Finding(
      .cryptoId, FindingPlace(part: number), count: ids.count,
      "\(ids.count) IDs in the pixels of \(name) are not in its manifest, the first is \(example)")
  }

  private func methodFindings(_ place: FindingPlace) -> [Finding] {
    let methods = [
      ("hash", hash, "MurmurHash3_32"), ("conversion", conversion, "uint32_to_float32"),
    ]
    return methods.compactMap { what, found, expected in
      guard found != expected else { return nil }
      let text = found.map { "is \($0), which is not known" } ?? "is not said"
      return Finding(
        .cryptoHash, place, "the \(what) of the Cryptomatte layer \(name) \(text)")
    }
  }
}

extension Channel {
  /// The finding for a channel of IDs or their coverage that cannot hold 32 bits: half samples, or
  /// a codec that changes them; `nil` where it can.
  func lossyIDFinding(part: Int, codec: PixelCodec) -> Finding? {
    let place = FindingPlace(part: part, channel: name)
    if type == .half {
      return Finding(.idChannelLossy, place, "the IDs of \(name) need 32 bits and are half")
    }
    guard !codec.isLossless(for: type) else { return nil }
    return Finding(
      .idChannelLossy, place, "\(codec.name) changes samples, and \(name) holds IDs")
  }
}
