// One chunk through OpenEXR.
#pragma once
#include "Protocol.hpp"
#include "Shape.hpp"

namespace farmio {

// Unpacks `packed` to exactly the bytes that `shape` tells. Throws what the library throws.
void decode(const Shape &shape, uint8_t codec, Bytes channelList, Bytes packed, Bytes unpacked);

// Packs into the room that `packed` gives, and returns how many bytes it took. Bytes that do not
// shrink are stored as they are.
size_t encode(const Shape &shape, uint8_t codec, float quality, Bytes unpacked, Bytes packed);

// Makes the library build its tables, so that the first chunk finds them.
void warmUp();

}  // namespace farmio
