#include "Shape.hpp"

#include "Fault.hpp"

#include <cstring>

namespace farmio {
namespace {

constexpr size_t nameBytes = 255;

int64_t floorDivide(int64_t value, int64_t step) {
  return value >= 0 ? value / step : -((step - 1 - value) / step);
}

// The multiples of `step` from `lower` through `upper`: the first one divided by it, and how many.
struct Multiples {
  int64_t first, count;
  Multiples(int64_t step, int64_t lower, int64_t upper)
      : first(floorDivide(lower - 1, step) + 1), count(floorDivide(upper, step) - first + 1) {}
};

// Reads the entries of a `channels` attribute.
class ChannelList {
public:
  explicit ChannelList(Bytes bytes) : next_(bytes.start), left_(bytes.count) {}

  bool isAtEnd() {
    if (left_ == 0) throw Fault(Status::misuse, "the channel list does not end");
    return *next_ == 0;
  }

  Channel channel() {
    Channel channel = {};
    const size_t length = strnlen(next_, left_);
    if (length > nameBytes || left_ - length < 17) {
      throw Fault(Status::misuse, "a channel is cut off");
    }
    channel.name.assign(next_, length);
    take(length + 1);
    channel.type = number();
    channel.isLinear = *next_ != 0;
    take(4);
    channel.xSampling = number();
    channel.ySampling = number();
    return channel;
  }

private:
  const char *next_;
  size_t left_;

  void take(size_t count) {
    next_ += count;
    left_ -= count;
  }

  int32_t number() {
    int32_t value;
    memcpy(&value, next_, sizeof value);
    take(sizeof value);
    return value;
  }
};

void measure(Channel &channel, const Shape &shape) {
  if (channel.type < 0 || channel.type > 2 || channel.xSampling < 1 || channel.ySampling < 1) {
    throw Fault(Status::misuse, "a channel makes no sense: " + channel.name);
  }
  const Multiples columns(channel.xSampling, shape.minX, shape.maxX);
  const Multiples rows(channel.ySampling, shape.minY, shape.maxY);
  channel.sampleBytes = channel.type == 1 ? 2 : 4;
  channel.samples = static_cast<size_t>(columns.count);
  channel.rowBytes = channel.samples * channel.sampleBytes;
  channel.firstRow = rows.first;
  channel.rows = rows.count;
  channel.firstColumn = columns.first;
}

}  // namespace

Shape Shape::of(const Request &request, Bytes channelList) {
  Shape shape = {request.minX, request.minY, request.maxX, request.maxY, {}, 0, true, 0};
  if (shape.minX > shape.maxX || shape.minY > shape.maxY) {
    throw Fault(Status::misuse, "the window is empty");
  }
  ChannelList list(channelList);
  while (!list.isAtEnd()) {
    Channel channel = list.channel();
    measure(channel, shape);
    // The library sorts channels by name; ours have to be so already.
    if (!shape.channels.empty() && !(shape.channels.back().name < channel.name)) {
      throw Fault(
          Status::unsupported, "the channels are not in the order of their names: " + channel.name);
    }
    const uint64_t left = request.unpackedBytes - shape.byteCount;
    if (channel.rows > 0 && channel.rowBytes > left / static_cast<uint64_t>(channel.rows)) {
      throw Fault(Status::misuse, "the pixels need more than the room for them");
    }
    shape.byteCount += channel.rowBytes * static_cast<size_t>(channel.rows);
    shape.lineBytes += channel.rowBytes;
    shape.isUniform = shape.isUniform && channel.ySampling == 1;
    shape.channels.push_back(std::move(channel));
  }
  if (shape.channels.empty() || shape.byteCount != request.unpackedBytes) {
    throw Fault(Status::misuse, "the pixels are fewer than was said");
  }
  return shape;
}

}  // namespace farmio
