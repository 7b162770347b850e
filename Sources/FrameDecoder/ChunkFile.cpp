#include "ChunkFile.hpp"

#include "Fault.hpp"

#include <Iex.h>
#include <algorithm>
#include <cstring>

namespace farmio {
namespace {

// Appends the attributes of a header; the machine is little-endian, as the format is.
class HeaderWriter {
public:
  explicit HeaderWriter(std::string &bytes) : bytes_(bytes) {}

  template <typename T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char *>(&value), sizeof value);
  }

  template <typename... Values>
  void attribute(const char *name, const char *type, Values... values) {
    begin(name, type, (sizeof(Values) + ...));
    (number(values), ...);
  }

  void begin(const char *name, const char *type, size_t size) {
    bytes_.append(name, strlen(name) + 1);
    bytes_.append(type, strlen(type) + 1);
    number(static_cast<int32_t>(size));
  }

private:
  std::string &bytes_;
};

constexpr uint32_t magic = 20000630;
constexpr uint32_t tiledFlag = 0x200, longNamesFlag = 0x400;
constexpr int maximumChunks = 4096;

void writeHeader(
    HeaderWriter &header, const Shape &shape, const Placement &placement, uint8_t codec,
    Bytes channelList) {
  const int32_t first = placement.firstLine, last = placement.lastLine;
  header.begin("channels", "chlist", channelList.count);
  for (size_t i = 0; i < channelList.count; ++i) header.number(channelList.start[i]);
  header.attribute("compression", "compression", codec);
  header.attribute("dataWindow", "box2i", shape.minX, first, shape.maxX, last);
  header.attribute("displayWindow", "box2i", shape.minX, first, shape.maxX, last);
  header.attribute("lineOrder", "lineOrder", uint8_t{0});
  header.attribute("pixelAspectRatio", "float", 1.0f);
  header.attribute("screenWindowCenter", "v2f", 0.0f, 0.0f);
  header.attribute("screenWindowWidth", "float", 1.0f);
  if (placement.isTile) {
    header.attribute(
        "tiles", "tiledesc", static_cast<uint32_t>(shape.width()),
        static_cast<uint32_t>(shape.height()), uint8_t{0});
  }
  header.number(uint8_t{0});
}

bool fits(const Shape &shape, int64_t y) {
  return std::all_of(shape.channels.begin(), shape.channels.end(), [y](const Channel &channel) {
    return channel.hasRow(y);
  });
}

}  // namespace

int linesPerChunk(uint8_t codec) {
  switch (codec) {
    case 4: case 6: case 7: case 8: return 32;
    case 9: return 256;
    default: throw Fault(Status::unsupported, "codec " + std::to_string(codec) + " is not ours");
  }
}

Placement Placement::of(const Shape &shape, uint8_t codec) {
  const int64_t lines = linesPerChunk(codec);
  Placement placement = {shape.height() > lines, shape.minY, shape.maxY, 1};
  if (placement.isTile || shape.isUniform) return placement;
  int64_t first = shape.minY;
  while (!fits(shape, first) && placement.chunkCount < maximumChunks) {
    first -= lines;
    placement.chunkCount += 1;
  }
  int64_t last = shape.maxY;
  if (shape.height() == lines) {
    while (!fits(shape, last + 1) && last - shape.maxY < lines * maximumChunks) last += 1;
    placement.chunkCount += static_cast<int>((last - shape.maxY + lines - 1) / lines);
  }
  if (!fits(shape, first) || !fits(shape, last + 1) || first < INT32_MIN || last > INT32_MAX) {
    throw Fault(Status::unsupported, "the sampling of the channels does not fit the data window");
  }
  placement.firstLine = static_cast<int32_t>(first);
  placement.lastLine = static_cast<int32_t>(last);
  return placement;
}

std::string fileStart(
    const Shape &shape, const Placement &placement, uint8_t codec, Bytes channelList,
    size_t packedBytes) {
  const bool hasLongName =
      std::any_of(shape.channels.begin(), shape.channels.end(), [](const Channel &channel) {
        return channel.name.size() > 31;
      });
  std::string bytes;
  HeaderWriter header(bytes);
  header.number(magic);
  header.number(
      uint32_t{2} | (placement.isTile ? tiledFlag : 0) | (hasLongName ? longNamesFlag : 0));
  writeHeader(header, shape, placement, codec, channelList);
  // Every entry leads to the one chunk that there is; no other is asked for.
  const uint64_t leader = bytes.size() + 8 * static_cast<uint64_t>(placement.chunkCount);
  for (int i = 0; i < placement.chunkCount; ++i) header.number(leader);
  if (placement.isTile) {
    for (int i = 0; i < 4; ++i) header.number(int32_t{0});
  } else {
    header.number(shape.minY);
  }
  header.number(static_cast<int32_t>(packedBytes));
  return bytes;
}

ChunkReader::ChunkReader(std::string start, Bytes payload)
    : Imf::IStream("chunk"), start_(std::move(start)), payload_(payload) {}

bool ChunkReader::read(char bytes[], int count) {
  const uint64_t end = start_.size() + payload_.count;
  if (count < 0 || position_ > end || static_cast<uint64_t>(count) > end - position_) {
    throw Iex::InputExc("the chunk ends early");
  }
  size_t left = static_cast<size_t>(count);
  if (position_ < start_.size()) {
    const size_t piece = std::min<size_t>(left, start_.size() - position_);
    memcpy(bytes, start_.data() + position_, piece);
    bytes += piece;
    position_ += piece;
    left -= piece;
  }
  if (left > 0) memcpy(bytes, payload_.start + (position_ - start_.size()), left);
  position_ += left;
  return position_ < end;
}

ChunkWriter::ChunkWriter() : Imf::OStream("chunk") {}

void ChunkWriter::write(const char bytes[], int count) {
  const size_t end = position_ + static_cast<size_t>(count);
  if (end > bytes_.size()) bytes_.resize(end);
  memcpy(bytes_.data() + position_, bytes, static_cast<size_t>(count));
  position_ = end;
}

}  // namespace farmio
