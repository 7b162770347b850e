#include "PixelMemory.hpp"

#include <cstring>

namespace farmio {

PixelMemory::PixelMemory(const Shape &shape, Bytes unpacked) : shape_(shape), unpacked_(unpacked) {
  if (shape.isUniform) return;
  for (const Channel &channel : shape.channels) {
    planes_.emplace_back(channel.rowBytes * static_cast<size_t>(channel.rows));
  }
}

Imf::FrameBuffer PixelMemory::frameBuffer() {
  Imf::FrameBuffer frame;
  size_t offset = 0;
  for (size_t i = 0; i < shape_.channels.size(); ++i) {
    const Channel &channel = shape_.channels[i];
    char *start = shape_.isUniform ? unpacked_.start + offset : planes_[i].data();
    const size_t stride = shape_.isUniform ? shape_.lineBytes : channel.rowBytes;
    // The library counts from the origin of all windows, where no memory of ours may be.
    const auto origin =
        reinterpret_cast<uintptr_t>(start) -
        static_cast<uintptr_t>(channel.firstRow) * stride -
        static_cast<uintptr_t>(channel.firstColumn) * channel.sampleBytes;
    frame.insert(
        channel.name,
        Imf::Slice(
            static_cast<Imf::PixelType>(channel.type), reinterpret_cast<char *>(origin),
            channel.sampleBytes, stride, channel.xSampling, channel.ySampling));
    offset += channel.rowBytes;
  }
  return frame;
}

void PixelMemory::scatter() {
  forEachRow([](char *unpacked, char *plane, size_t count) { memcpy(plane, unpacked, count); });
}

void PixelMemory::gather() {
  forEachRow([](char *unpacked, char *plane, size_t count) { memcpy(unpacked, plane, count); });
}

template <typename Move>
void PixelMemory::forEachRow(Move move) {
  if (shape_.isUniform) return;
  std::vector<size_t> rows(shape_.channels.size());
  char *unpacked = unpacked_.start;
  for (int64_t y = shape_.minY; y <= shape_.maxY; ++y) {
    for (size_t i = 0; i < shape_.channels.size(); ++i) {
      const Channel &channel = shape_.channels[i];
      if (!channel.hasRow(y)) continue;
      move(unpacked, planes_[i].data() + channel.rowBytes * rows[i], channel.rowBytes);
      unpacked += channel.rowBytes;
      rows[i] += 1;
    }
  }
}

}  // namespace farmio
