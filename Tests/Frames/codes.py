"""Every finding code with the depth and the severity that it promises."""

TABLE = """
structure error: file-empty not-exr version-unsupported version-flags header-truncated
    header-malformed name-too-long attr-missing attr-type attr-size attr-duplicate attr-range
    window-invalid sampling-invalid channel-order channel-duplicate pixel-type codec-unknown
    tiles-invalid part-name-duplicate part-type parts-disagree limit-exceeded
    chunk-table-truncated chunk-table-zero chunk-table-partial chunk-table-range
    chunk-table-duplicate chunk-table-wrong writer-died file-truncated file-hole chunk-leader
    chunk-size chunk-missing chunk-overlap chunk-gap level-incomplete
structure warning: file-growing zero-pages chunk-count chunk-order trailing-bytes
decode error: chunk-corrupt chunk-checksum chunk-short decoder-crashed decoder-timeout
    deep-counts deep-total
decode warning: chunk-slack deep-max-samples deep-order
decode information: codec-unsupported salvage
pixels error: nan-pixels inf-pixels
pixels warning: negative-pixels over-limit half-clipped fireflies black-frame constant-channel
    alpha-empty alpha-range premultiply-doubt crypto-id
pixels information: denormal-pixels
profile error: channel-missing channel-type id-channel-lossy resolution data-window
    display-window pixel-aspect codec-disallowed line-order-disallowed tiling-disallowed
    aces-flag aces-compression aces-channels aces-chromaticities aces-layout
profile warning: channel-extra timecode frame-rate chromaticities metadata-missing file-name
    crypto-key crypto-hash crypto-manifest
sequence error: frame-missing sequence-change missing-bucket zero-band
sequence warning: frame-extra frame-name frame-duplicate frame-outlier
manifest error: digest-mismatch
manifest warning: digest-missing
"""


def read(table):
    promised, rank = {}, None
    for word in table.split():
        if word in ("structure", "decode", "pixels", "profile", "sequence", "manifest"):
            depth = word
        elif word.endswith(":"):
            rank = word[:-1]
        else:
            promised[word] = (depth, rank)
    return promised


CODES = read(TABLE)


def broken_promise(finding):
    """What is wrong with a finding's depth or severity; empty if nothing."""
    code = finding["code"]
    if code not in CODES:
        return f"{code} is no known code"
    if (finding["depth"], finding["severity"]) != CODES[code]:
        return f"{code} is said to be {finding['depth']} {finding['severity']}"
    return ""
