#include "ChunkCodec.hpp"

#include "ChunkFile.hpp"
#include "Fault.hpp"
#include "PixelMemory.hpp"

#include <ImfChannelList.h>
#include <ImfHeader.h>
#include <ImfInputFile.h>
#include <ImfOutputFile.h>
#include <ImfStandardAttributes.h>
#include <ImfThreading.h>
#include <ImfTiledInputFile.h>
#include <ImfTiledOutputFile.h>
#include <algorithm>
#include <cstring>

namespace farmio {
namespace {

Imf::Header header(
    const Shape &shape, const Placement &placement, uint8_t codec, float quality) {
  const Imath::Box2i window(
      {shape.minX, placement.firstLine}, {shape.maxX, placement.lastLine});
  Imf::Header header(window, window);
  header.compression() = static_cast<Imf::Compression>(codec);
  header.dwaCompressionLevel() = quality;
  for (const Channel &channel : shape.channels) {
    header.channels().insert(
        channel.name,
        Imf::Channel(
            static_cast<Imf::PixelType>(channel.type), channel.xSampling, channel.ySampling,
            channel.isLinear));
  }
  if (placement.isTile) {
    header.setTileDescription(Imf::TileDescription(
        static_cast<unsigned>(shape.width()), static_cast<unsigned>(shape.height())));
  }
  return header;
}

// Writes the lines above the chunk, which nobody reads, as zeros.
void writeLinesAbove(Imf::OutputFile &file, const Shape &shape, const Placement &placement) {
  const int64_t count = int64_t{shape.minY} - placement.firstLine;
  if (count == 0) return;
  const size_t widest = std::max_element(
      shape.channels.begin(), shape.channels.end(), [](const Channel &a, const Channel &b) {
        return a.rowBytes < b.rowBytes;
      })->rowBytes;
  std::vector<char> zeros(widest);
  Imf::FrameBuffer frame;
  for (const Channel &channel : shape.channels) {
    const auto origin = reinterpret_cast<uintptr_t>(zeros.data()) -
                        static_cast<uintptr_t>(channel.firstColumn) * channel.sampleBytes;
    frame.insert(
        channel.name,
        Imf::Slice(
            static_cast<Imf::PixelType>(channel.type), reinterpret_cast<char *>(origin),
            channel.sampleBytes, 0, channel.xSampling, channel.ySampling));
  }
  file.setFrameBuffer(frame);
  file.writePixels(static_cast<int>(count));
}

// The payload of the last chunk in a file whose chunks start at `offset`.
Bytes lastPayload(const ChunkWriter &stream, uint64_t offset, size_t leaderBytes) {
  const std::string &bytes = stream.bytes();
  Bytes payload = {nullptr, 0};
  while (offset + leaderBytes <= bytes.size()) {
    int32_t count;
    memcpy(&count, bytes.data() + offset + leaderBytes - sizeof count, sizeof count);
    offset += leaderBytes;
    if (count <= 0 || static_cast<uint64_t>(count) > bytes.size() - offset) break;
    payload = {const_cast<char *>(bytes.data()) + offset, static_cast<size_t>(count)};
    offset += payload.count;
  }
  if (payload.start == nullptr || offset != bytes.size()) {
    throw Fault(Status::corrupt, "the library wrote no chunk");
  }
  return payload;
}

}  // namespace

void decode(const Shape &shape, uint8_t codec, Bytes channelList, Bytes packed, Bytes unpacked) {
  const Placement placement = Placement::of(shape, codec);
  ChunkReader stream(
      fileStart(shape, placement, codec, channelList, packed.count), packed);
  PixelMemory pixels(shape, unpacked);
  if (placement.isTile) {
    Imf::TiledInputFile file(stream, 0);
    file.setFrameBuffer(pixels.frameBuffer());
    file.readTile(0, 0);
  } else {
    Imf::InputFile file(stream, 0);
    file.setFrameBuffer(pixels.frameBuffer());
    file.readPixels(shape.minY, shape.maxY);
  }
  pixels.gather();
}

size_t encode(const Shape &shape, uint8_t codec, float quality, Bytes unpacked, Bytes packed) {
  const Placement placement = Placement::of(shape, codec);
  const Imf::Header described = header(shape, placement, codec, quality);
  PixelMemory pixels(shape, unpacked);
  pixels.scatter();
  ChunkWriter stream;
  uint64_t chunks;
  if (placement.isTile) {
    Imf::TiledOutputFile file(stream, described, 0);
    chunks = stream.tellp();
    file.setFrameBuffer(pixels.frameBuffer());
    file.writeTile(0, 0);
  } else {
    Imf::OutputFile file(stream, described, 0);
    chunks = stream.tellp();
    writeLinesAbove(file, shape, placement);
    file.setFrameBuffer(pixels.frameBuffer());
    file.writePixels(static_cast<int>(shape.height()));
  }
  const Bytes payload = lastPayload(stream, chunks, placement.isTile ? 20 : 8);
  if (payload.count > packed.count) {
    throw Fault(Status::limit, "the packed chunk needs more than the room for it");
  }
  memcpy(packed.start, payload.start, payload.count);
  return payload.count;
}

void warmUp() {
  Imf::staticInitialize();
  Imf::setGlobalThreadCount(0);
}

}  // namespace farmio
