// How the samples of a chunk lie in its unpacked bytes: FrameEngine's `ChunkShape`, told once more
// and checked once more.
#pragma once
#include "Protocol.hpp"
#include "SharedMemory.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace farmio {

struct Channel {
  std::string name;
  int32_t type;  // 0 uint, 1 half, 2 float
  bool isLinear;
  int32_t xSampling, ySampling;
  size_t sampleBytes, samples, rowBytes;  // of one row
  int64_t firstRow, rows;                 // of its own rows: y / ySampling
  int64_t firstColumn;                    // x / xSampling

  bool hasRow(int64_t y) const { return y % ySampling == 0; }
};

struct Shape {
  int32_t minX, minY, maxX, maxY;
  std::vector<Channel> channels;
  size_t byteCount;
  bool isUniform;    // every channel has a row in every line
  size_t lineBytes;  // of a line that every channel has a row in

  int64_t height() const { return int64_t{maxY} - minY + 1; }
  int64_t width() const { return int64_t{maxX} - minX + 1; }

  // Reads a request. Throws a Fault where it makes no sense.
  static Shape of(const Request &request, Bytes channelList);
};

}  // namespace farmio
