// farmio-decoder: packs and unpacks the chunks of EXR files that only OpenEXR can, apart from
// farmio, under limits. farmio starts it; it is of no use to a person.
#include "ChunkCodec.hpp"
#include "Fault.hpp"
#include "Provocation.hpp"
#include "Sandbox.hpp"
#include "Socket.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>
#include <string>

using namespace farmio;

namespace {

struct Arguments {
  Limits limits;
  Provocation provocation;
};

// `--address-space BYTES --cpu-seconds N [--fault crash|hang|memory]`
bool parse(int count, char **words, Arguments &arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = words[i];
    if (option == "--address-space") {
      arguments.limits.addressSpace = strtoull(words[i + 1], nullptr, 10);
    } else if (option == "--cpu-seconds") {
      arguments.limits.cpuSeconds = strtoull(words[i + 1], nullptr, 10);
    } else if (option != "--fault" || !arguments.provocation.parse(words[i + 1])) {
      return false;
    }
  }
  return count % 2 == 1 && arguments.limits.addressSpace > 0 && arguments.limits.cpuSeconds > 0;
}

// Freed memory is kept for the next chunk, which needs the same again.
void keepMemory() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 25);
  mallopt(M_TRIM_THRESHOLD, INT32_MAX);
}

uint64_t serve(const Request &request, SharedMemory &memory) {
  if (request.mark != protocolMark) throw Fault(Status::misuse, "the parent is another farmio's");
  memory.map(request.memoryBytes);
  const Bytes channelList = memory.bytes(0, request.channelBytes);
  const Bytes packed = memory.bytes(request.packedOffset, request.packedBytes);
  const Bytes unpacked = memory.bytes(request.unpackedOffset, request.unpackedBytes);
  if (packed.count > INT32_MAX || unpacked.count > INT32_MAX) {
    throw Fault(Status::limit, "a chunk of 2 GiB or more");
  }
  const Shape shape = Shape::of(request, channelList);
  switch (request.operation) {
    case Operation::decode:
      decode(shape, request.codec, channelList, packed, unpacked);
      return unpacked.count;
    case Operation::encode:
      return encode(shape, request.codec, request.quality, unpacked, packed);
  }
  throw Fault(Status::misuse, "no such operation");
}

// The library's words without its mention of the file, which is ours and has no meaning to anybody.
const char *reason(const char *text) {
  const char mention[] = "image file \"chunk\". ";
  const char *found = strstr(text, mention);
  return found == nullptr ? text : found + strlen(mention);
}

Reply answer(const Request &request, SharedMemory &memory) {
  try {
    return done(serve(request, memory));
  } catch (const Fault &fault) {
    return failure(fault.status, fault.what());
  } catch (const std::bad_alloc &) {
    return failure(Status::limit, "the limit on memory is reached");
  } catch (const std::exception &error) {
    // The library passes on by its text what its tasks throw.
    const bool isMemory = strstr(error.what(), "bad_alloc") != nullptr;
    return failure(isMemory ? Status::limit : Status::corrupt, reason(error.what()));
  } catch (...) {
    return failure(Status::corrupt, "the library failed without a reason");
  }
}

}  // namespace

int main(int count, char **words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    fputs("farmio-decoder is started by farmio, and by nobody else\n", stderr);
    return 2;
  }
  keepMemory();
  warmUp();
  limitResources(arguments.limits);
  limitSystemCalls();

  SharedMemory memory;
  Request request;
  bool isAlive = send(done(0));
  while (isAlive && receive(request)) {
    allowCPU(arguments.limits);
    arguments.provocation.act();
    isAlive = send(answer(request, memory));
  }
  return 0;
}
