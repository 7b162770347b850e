#include "Wire.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <pthread.h>
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

static void *watch(void *) {
  for (;;) {
    pollfd wait = {socketDescriptor, POLLRDHUP, 0};
    if (poll(&wait, 1, -1) > 0) _exit(EXIT_SUCCESS);
  }
}

void endWithParent() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, watch, nullptr) != 0) {
    fputs("farmio-smb: no thread to watch the parent\n", stderr);
    exit(EXIT_FAILURE);
  }
  pthread_attr_destroy(&attributes);
}

}  // namespace farmio
