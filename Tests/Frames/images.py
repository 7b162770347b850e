"""What the proofs of made images share: sources, pixels by OpenImageIO, box means by numpy."""
import os

import numpy
import OpenImageIO as oiio

import sources
from variant import put


def texture_sources(folder):
    """{name: path}: photographs of several sizes, storages and types."""
    found = {}

    def keep(name, data):
        found[name] = os.path.join(folder, f"{name.replace(' ', '-')}.exr")
        put(found[name], data)

    keep("power of two", sources.encoded("ZIP", sources.picture(256, 256)))
    keep("wide", sources.encoded("PIZ", sources.picture(512, 128)))
    keep("odd", sources.encoded("ZIP", sources.picture(301, 203)))
    keep("prime and thin", sources.encoded("none", sources.picture(31, 257)))
    keep("one pixel", sources.encoded("ZIP", sources.picture(1, 1)))
    floats = {name: plane.astype("<f4") for name, plane in sources.picture(256, 128).items()}
    keep("floats", sources.encoded("ZIP", floats))
    keep("DWAA", sources.encoded("DWAA", sources.picture(256, 256)))
    keep("tiled", sources.tiled(sources.encoded("ZIP", sources.picture(200, 140))))
    keep("constant", sources.encoded("ZIP", {
        name: numpy.full((64, 64), value, "<f2") for name, value in
        (("R", 0.5), ("G", 0.25), ("B", 0.125), ("A", 1))}))
    return found


def planes_of(path, level=0):
    """(names, pixels as float32) of a resolution, by OpenImageIO."""
    image = oiio.ImageBuf(path, 0, level)
    if not image.read(0, level, True, "float"):
        raise OSError(image.geterror())
    return list(image.spec().channelnames), image.get_pixels("float"), image.spec()


def box_mean(pixels, width, height):
    """Every target pixel the mean of what it covers, parts of pixels by their area."""
    return shrunk(shrunk(pixels.astype("f8"), width, 1), height, 0)


def cell_mean(pixels, width, height):
    """The same without parts of pixels: each belongs to one cell, neighbours differ by one."""
    for axis, size in ((1, width), (0, height)):
        length = pixels.shape[axis]
        first = -(-numpy.arange(size) * length // size)
        counts = numpy.diff(numpy.append(first, length))
        shape = [-1 if at == axis else 1 for at in range(pixels.ndim)]
        pixels = numpy.add.reduceat(pixels.astype("f8"), first, axis) / counts.reshape(shape)
    return pixels


def shrunk(pixels, size, axis):
    length = pixels.shape[axis]
    if length == size:
        return pixels
    sums = numpy.concatenate([numpy.zeros_like(pixels.take([0], axis)),
                              pixels.cumsum(axis)], axis)
    edges = numpy.arange(size + 1) * length / size
    low = numpy.floor(edges).astype(int)
    part = (edges - low).reshape([-1 if at == axis else 1 for at in range(pixels.ndim)])
    whole = sums.take(low, axis)
    whole = whole + part * (sums.take(numpy.minimum(low + 1, length), axis) - whole)
    return numpy.diff(whole, axis=axis) * size / length


def failure(answer, target):
    if answer.trouble or answer.status:
        return answer.trouble or f"status {answer.status}: {answer.errors.strip()[-200:]}"
    return "" if os.path.exists(target) else "no file"
