// What farmio and its decoder say to each other, over a socket and shared memory.
//
// The child greets with a Reply as soon as it has closed itself in. Then every Request is answered
// by one Reply. Bytes of pixels, and the list of channels, lie in the shared memory: the channels
// at its start, in the form of EXR's `channels` attribute; the rest where the request says.
//
// Mover's `DecoderRequest` and `DecoderReply` are the other half.
#pragma once
#include <cstdint>

namespace farmio {

constexpr int socketDescriptor = 3;
constexpr int memoryDescriptor = 4;
constexpr uint32_t protocolMark = 0x31434446;  // "FDC1"

enum class Operation : uint8_t { decode = 1, encode = 2 };

struct Request {
  uint32_t mark;
  Operation operation;
  uint8_t codec;  // as in the file's `compression`
  uint16_t reserved;
  int32_t minX, minY, maxX, maxY;  // the chunk's pixels, corners inside
  uint32_t channelBytes;
  float quality;  // what DWA may lose; OpenEXR's dwaCompressionLevel
  uint64_t memoryBytes;  // of all the shared memory
  uint64_t packedOffset, packedBytes;  // encoding: the room for the answer
  uint64_t unpackedOffset, unpackedBytes;
};
static_assert(sizeof(Request) == 72, "a request has no padding");

enum class Status : uint32_t { done = 0, corrupt = 1, unsupported = 2, limit = 3, misuse = 4 };

struct Reply {
  uint32_t mark;
  Status status;
  uint64_t byteCount;  // of what was written
  char message[240];  // why it failed; ends with a zero
};
static_assert(sizeof(Reply) == 256, "a reply has no padding");

}  // namespace farmio
