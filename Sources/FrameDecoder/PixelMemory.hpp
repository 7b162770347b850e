// The unpacked bytes as OpenEXR's slices.
#pragma once
#include "Shape.hpp"

#include <ImfFrameBuffer.h>
#include <vector>

namespace farmio {

// Where every line has every channel, the library works on the unpacked bytes themselves. Where
// rows are missing, no stride fits them: it works on a plane for each channel, and the rows are
// moved.
class PixelMemory {
public:
  PixelMemory(const Shape &shape, Bytes unpacked);

  Imf::FrameBuffer frameBuffer();

  // Moves rows from the unpacked bytes to the planes, and back.
  void scatter();
  void gather();

private:
  const Shape &shape_;
  const Bytes unpacked_;
  std::vector<std::vector<char>> planes_;

  template <typename Move>
  void forEachRow(Move move);
};

}  // namespace farmio
