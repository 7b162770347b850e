#include "Socket.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <unistd.h>

namespace farmio {

bool receive(Request &request) {
  size_t have = 0;
  while (have < sizeof request) {
    const ssize_t count =
        read(socketDescriptor, reinterpret_cast<char *>(&request) + have, sizeof request - have);
    if (count == 0 || (count < 0 && errno != EINTR)) return false;
    if (count > 0) have += static_cast<size_t>(count);
  }
  return true;
}

bool send(const Reply &reply) {
  size_t sent = 0;
  while (sent < sizeof reply) {
    const ssize_t count = write(
        socketDescriptor, reinterpret_cast<const char *>(&reply) + sent, sizeof reply - sent);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) sent += static_cast<size_t>(count);
  }
  return true;
}

Reply done(uint64_t byteCount) { return {protocolMark, Status::done, byteCount, {}}; }

Reply failure(Status status, const char *message) {
  Reply reply = {protocolMark, status, 0, {}};
  snprintf(reply.message, sizeof reply.message, "%s", message);
  return reply;
}

}  // namespace farmio
