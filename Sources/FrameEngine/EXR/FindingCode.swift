/// What a finding is about. The raw values are a contract: reports and scripts rely on them, and none
/// ever changes its meaning.
public enum FindingCode: String, CaseIterable, Hashable, Sendable {
  // structure, error
  /// The file has no bytes.
  case fileEmpty = "file-empty"
  /// The file starts as another kind of file.
  case notEXR = "not-exr"
  /// The version number is not 2.
  case versionUnsupported = "version-unsupported"
  /// The version flags contradict each other or the file.
  case versionFlags = "version-flags"
  /// The header runs past the end of the file.
  case headerTruncated = "header-truncated"
  /// The header cannot be parsed further.
  case headerMalformed = "header-malformed"
  /// A name is longer than the file allows.
  case nameTooLong = "name-too-long"
  /// A required attribute is absent.
  case attrMissing = "attr-missing"
  /// An attribute has another type than its name demands.
  case attrType = "attr-type"
  /// An attribute has another size than its type demands.
  case attrSize = "attr-size"
  /// An attribute occurs twice.
  case attrDuplicate = "attr-duplicate"
  /// An attribute holds a value that makes no sense.
  case attrRange = "attr-range"
  /// A window is turned inside out or too large.
  case windowInvalid = "window-invalid"
  /// A sampling rate does not fit the window or the kind of part.
  case samplingInvalid = "sampling-invalid"
  /// Channels are not sorted by name.
  case channelOrder = "channel-order"
  /// Two channels have one name.
  case channelDuplicate = "channel-duplicate"
  /// A channel has an unknown sample type.
  case pixelType = "pixel-type"
  /// The compression number is not assigned, or not allowed here.
  case codecUnknown = "codec-unknown"
  /// The tile description makes no sense.
  case tilesInvalid = "tiles-invalid"
  /// Two parts have one name.
  case partNameDuplicate = "part-name-duplicate"
  /// The type of a part is absent, unknown or contradicts the flags.
  case partType = "part-type"
  /// Parts differ in what they must share.
  case partsDisagree = "parts-disagree"
  /// A size exceeds what this program takes.
  case limitExceeded = "limit-exceeded"
  /// The offset table runs past the end of the file.
  case chunkTableTruncated = "chunk-table-truncated"
  /// The offset table is all zero, though chunks follow.
  case chunkTableZero = "chunk-table-zero"
  /// Some entries of the offset table are zero, though the chunks are there.
  case chunkTablePartial = "chunk-table-partial"
  /// An entry points outside the data.
  case chunkTableRange = "chunk-table-range"
  /// Two entries point at one place.
  case chunkTableDuplicate = "chunk-table-duplicate"
  /// An entry does not point at its chunk.
  case chunkTableWrong = "chunk-table-wrong"
  /// The writer ended before the last chunk: render the frame again.
  case writerDied = "writer-died"
  /// The table is complete and the data ends early: copy the file again.
  case fileTruncated = "file-truncated"
  /// A hole lies inside the data: check the storage.
  case fileHole = "file-hole"
  /// A leader does not name the chunk that belongs there.
  case chunkLeader = "chunk-leader"
  /// A packed size that cannot be.
  case chunkSize = "chunk-size"
  /// A chunk is nowhere in the file.
  case chunkMissing = "chunk-missing"
  /// Two chunks share bytes.
  case chunkOverlap = "chunk-overlap"
  /// Bytes between chunks belong to none.
  case chunkGap = "chunk-gap"
  /// A resolution lacks tiles.
  case levelIncomplete = "level-incomplete"
  // structure, warning
  /// The file changed while it was looked at.
  case fileGrowing = "file-growing"
  /// Whole pages of zeros lie in packed data.
  case zeroPages = "zero-pages"
  /// The chunk count attribute differs from the computed one.
  case chunkCount = "chunk-count"
  /// Chunks lie in another order than the header says.
  case chunkOrder = "chunk-order"
  /// Bytes follow the last chunk.
  case trailingBytes = "trailing-bytes"
  // decode, error
  /// A chunk does not decode.
  case chunkCorrupt = "chunk-corrupt"
  /// The checksum of a chunk is wrong.
  case chunkChecksum = "chunk-checksum"
  /// A chunk decodes to fewer bytes than it holds.
  case chunkShort = "chunk-short"
  /// The decoder of a chunk died.
  case decoderCrashed = "decoder-crashed"
  /// The decoder of a chunk took too long.
  case decoderTimeout = "decoder-timeout"
  /// Sample counts fall within a row.
  case deepCounts = "deep-counts"
  /// Sample counts and sizes disagree.
  case deepTotal = "deep-total"
  // decode, warning
  /// Bytes follow the packed stream of a chunk.
  case chunkSlack = "chunk-slack"
  /// The header names another largest sample count.
  case deepMaxSamples = "deep-max-samples"
  /// Samples of a pixel are not sorted by depth.
  case deepOrder = "deep-order"
  // decode, information
  /// The codec is known, and not decoded here.
  case codecUnsupported = "codec-unsupported"
  /// Which rows or tiles of a damaged frame are good.
  case salvage
  // pixels, error
  /// Samples are not a number.
  case nanPixels = "nan-pixels"
  /// Samples are infinite.
  case infPixels = "inf-pixels"
  // pixels, warning
  /// Samples are below zero.
  case negativePixels = "negative-pixels"
  /// Samples exceed the profile's limit.
  case overLimit = "over-limit"
  /// Samples stand at the largest half, 65504.
  case halfClipped = "half-clipped"
  /// Single samples far brighter than all around them.
  case fireflies
  /// Every colour sample is zero.
  case blackFrame = "black-frame"
  /// Every sample of a channel is the same.
  case constantChannel = "constant-channel"
  /// Alpha is zero everywhere.
  case alphaEmpty = "alpha-empty"
  /// Alpha lies outside 0 to 1.
  case alphaRange = "alpha-range"
  /// Colour stands where alpha is zero.
  case premultiplyDoubt = "premultiply-doubt"
  /// An ID in the pixels is in no manifest.
  case cryptoId = "crypto-id"
  // pixels, information
  /// Samples are smaller than the smallest normal number.
  case denormalPixels = "denormal-pixels"
  // profile, error
  /// An expected channel is absent.
  case channelMissing = "channel-missing"
  /// A channel has another type than expected.
  case channelType = "channel-type"
  /// IDs are stored as half or by a lossy codec.
  case idChannelLossy = "id-channel-lossy"
  /// The resolution is not the expected one.
  case resolution
  /// The data window is not the expected one.
  case dataWindow = "data-window"
  /// The display window is not the expected one.
  case displayWindow = "display-window"
  /// The pixel aspect ratio is not the expected one.
  case pixelAspect = "pixel-aspect"
  /// The profile does not allow the codec.
  case codecDisallowed = "codec-disallowed"
  /// The profile does not allow the line order.
  case lineOrderDisallowed = "line-order-disallowed"
  /// The profile demands tiles or scan lines.
  case tilingDisallowed = "tiling-disallowed"
  /// acesImageContainerFlag is not 1.
  case acesFlag = "aces-flag"
  /// An ACES container is not packed.
  case acesCompression = "aces-compression"
  /// An ACES container has other channels.
  case acesChannels = "aces-channels"
  /// The primaries are not AP0.
  case acesChromaticities = "aces-chromaticities"
  /// An ACES container is one part of scan lines.
  case acesLayout = "aces-layout"
  // profile, warning
  /// A channel that nobody expects.
  case channelExtra = "channel-extra"
  /// The time code does not run with the frame number.
  case timecode
  /// The frame rate is not the expected one.
  case frameRate = "frame-rate"
  /// The primaries are not the expected ones.
  case chromaticities
  /// A required attribute of the profile is absent.
  case metadataMissing = "metadata-missing"
  /// The name has characters that the profile does not allow.
  case fileName = "file-name"
  /// A Cryptomatte key does not fit its layer.
  case cryptoKey = "crypto-key"
  /// Cryptomatte names another hash or conversion.
  case cryptoHash = "crypto-hash"
  /// A Cryptomatte manifest is absent or cannot be read.
  case cryptoManifest = "crypto-manifest"
  // sequence, error
  /// A frame of the range is absent.
  case frameMissing = "frame-missing"
  /// Display window, channels or codec change within the sequence.
  case sequenceChange = "sequence-change"
  /// A bucket is empty that its neighbours fill.
  case missingBucket = "missing-bucket"
  /// Full rows are zero that the neighbours fill.
  case zeroBand = "zero-band"
  // sequence, warning
  /// A frame outside the range.
  case frameExtra = "frame-extra"
  /// A name without a readable frame number.
  case frameName = "frame-name"
  /// Two frames have equal pixels.
  case frameDuplicate = "frame-duplicate"
  /// A frame is far from its neighbours.
  case frameOutlier = "frame-outlier"
  // manifest, error
  /// A digest differs from the manifest.
  case digestMismatch = "digest-mismatch"
  // manifest, warning
  /// The manifest does not know the frame, or the frame is gone.
  case digestMissing = "digest-missing"
}

extension FindingCode {
  /// How much it matters unless a profile says otherwise.
  public var severity: Finding.Severity {
    switch self {
    case .fileGrowing, .zeroPages, .chunkCount, .chunkOrder, .trailingBytes, .chunkSlack,
      .deepMaxSamples, .deepOrder, .negativePixels, .overLimit, .halfClipped, .fireflies,
      .blackFrame, .constantChannel, .alphaEmpty, .alphaRange, .premultiplyDoubt, .cryptoId,
      .channelExtra, .timecode, .frameRate, .chromaticities, .metadataMissing, .fileName,
      .cryptoKey, .cryptoHash, .cryptoManifest, .frameExtra, .frameName, .frameDuplicate,
      .frameOutlier, .digestMissing:
      .warning
    case .codecUnsupported, .salvage, .denormalPixels:
      .information
    default: .error
    }
  }

  /// Which look brings it to light.
  public var depth: Finding.Depth {
    switch self {
    case .chunkCorrupt, .chunkChecksum, .chunkShort, .decoderCrashed, .decoderTimeout,
      .deepCounts, .deepTotal, .chunkSlack, .deepMaxSamples, .deepOrder, .codecUnsupported,
      .salvage:
      .decode
    case .nanPixels, .infPixels, .negativePixels, .overLimit, .halfClipped, .fireflies,
      .blackFrame, .constantChannel, .alphaEmpty, .alphaRange, .premultiplyDoubt, .cryptoId,
      .denormalPixels:
      .pixels
    case .channelMissing, .channelType, .idChannelLossy, .resolution, .dataWindow,
      .displayWindow, .pixelAspect, .codecDisallowed, .lineOrderDisallowed, .tilingDisallowed,
      .acesFlag, .acesCompression, .acesChannels, .acesChromaticities, .acesLayout,
      .channelExtra, .timecode, .frameRate, .chromaticities, .metadataMissing, .fileName,
      .cryptoKey, .cryptoHash, .cryptoManifest:
      .profile
    case .frameMissing, .sequenceChange, .missingBucket, .zeroBand, .frameExtra, .frameName,
      .frameDuplicate, .frameOutlier:
      .sequence
    case .digestMismatch, .digestMissing:
      .manifest
    default: .structure
    }
  }
}
