// The smallest EXR file around one chunk: what OpenEXR reads instead of the file it came from.
//
// Its header is ours, so that nothing but the chunk's payload is foreign to the library.
#pragma once
#include "Protocol.hpp"
#include "Shape.hpp"

#include <ImfIO.h>
#include <string>

namespace farmio {

// Lines of a full scan-line chunk.
int linesPerChunk(uint8_t codec);

// Where the chunk lies in the file around it.
//
// A chunk of no more lines than the codec packs at once is a scan-line chunk of the file; a higher
// one, a tile's, is its only tile. (What a codec makes of either is the same.) The library demands
// that the window's origin and size be multiples of each sampling, as a whole part's are. A single
// chunk's need not be: then it becomes a later chunk of a higher file whose others do not exist.
struct Placement {
  bool isTile;
  int32_t firstLine, lastLine;  // of the file
  int chunkCount;

  // Throws a Fault where no window fits.
  static Placement of(const Shape &shape, uint8_t codec);
};

// All bytes of the file before the payload: header, offset table, leader.
std::string fileStart(
    const Shape &shape, const Placement &placement, uint8_t codec, Bytes channelList,
    size_t packedBytes);

// The file for reading: its start, and the payload where it lies.
class ChunkReader : public Imf::IStream {
public:
  ChunkReader(std::string start, Bytes payload);
  bool read(char bytes[], int count) override;
  uint64_t tellg() override { return position_; }
  void seekg(uint64_t position) override { position_ = position; }

private:
  const std::string start_;
  const Bytes payload_;
  uint64_t position_ = 0;
};

// A file that is written, in memory.
class ChunkWriter : public Imf::OStream {
public:
  ChunkWriter();
  void write(const char bytes[], int count) override;
  uint64_t tellp() override { return position_; }
  void seekp(uint64_t position) override { position_ = position; }

  const std::string &bytes() const { return bytes_; }

private:
  std::string bytes_;
  uint64_t position_ = 0;
};

}  // namespace farmio
