// liburing. Its header sets _XOPEN_SOURCE; the two includes before it keep fd_set whole
// for files that import Glibc as well.
#pragma once
#include <sys/types.h>
#include <sys/select.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <liburing.h>

// Macros over enumerators, which Swift cannot see.
static const unsigned farmio_sqe_link = IOSQE_IO_LINK;
static const unsigned farmio_sqe_fixed_file = IOSQE_FIXED_FILE;

// Debian's liburing 2.3 declares io_uring_enable_rings but does not export it.
static inline int farmio_ring_enable(struct io_uring *ring) {
  long r = syscall(SYS_io_uring_register, ring->ring_fd, IORING_REGISTER_ENABLE_RINGS, 0, 0);
  return r < 0 ? -errno : (int)r;
}

// One completion: whose it is, and its value or -errno.
struct farmio_completion {
  uint64_t user_data;
  int32_t value;
};

// Takes up to `limit` completions off the ring and returns how many.
static inline unsigned farmio_ring_drain(struct io_uring *ring, struct farmio_completion *out,
                                         unsigned limit) {
  unsigned head, count = 0;
  struct io_uring_cqe *cqe;
  io_uring_for_each_cqe(ring, head, cqe) {
    if (count == limit) break;
    out[count].user_data = cqe->user_data;
    out[count].value = cqe->res;
    count++;
  }
  io_uring_cq_advance(ring, count);
  return count;
}
