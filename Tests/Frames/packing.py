"""The codecs none, RLE, ZIPS and ZIP, as their documents describe them."""
import zlib


def predicted(raw):
    """ZIP's and RLE's reordering: even bytes, odd bytes, then differences."""
    split = raw[::2] + raw[1::2]
    return bytes([split[0]]) + bytes((split[at] - split[at - 1] + 128) & 255
                                     for at in range(1, len(split)))


def runs(data):
    """RLE: runs of three and more equal bytes, literals between them."""
    packed, literal, at = bytearray(), bytearray(), 0

    def flush():
        for start in range(0, len(literal), 127):
            piece = literal[start:start + 127]
            packed.append(256 - len(piece))
            packed.extend(piece)
        literal.clear()

    while at < len(data):
        end = at + 1
        while end < len(data) and data[end] == data[at] and end - at < 128:
            end += 1
        if end - at >= 3:
            flush()
            packed.extend((end - at - 1, data[at]))
        else:
            literal.extend(data[at:end])
        at = end
    flush()
    return bytes(packed)


def squeeze(codec, raw):
    """The stream of a codec, even where it is longer than the bytes."""
    if codec == "none":
        return raw
    return runs(predicted(raw)) if codec == "RLE" else zlib.compress(predicted(raw), 4)


def pack(codec, raw):
    """A chunk's payload: packed where that is shorter, as it is elsewhere."""
    packed = squeeze(codec, raw) if raw else raw
    return packed if len(packed) < len(raw) else raw
