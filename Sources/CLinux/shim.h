// What Swift's Glibc overlay cannot see: variadic calls, macros with arguments, raw system calls.
// Every function returns the call's value, or -errno.
#pragma once
// Swift's Glibc module is built without _GNU_SOURCE, and defining it here would give fd_set two
// shapes: GNU-only calls are made by number instead.
#include <sys/types.h>
#include <sys/select.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

// GNU names of values that <fcntl.h> keeps behind _GNU_SOURCE.
static const int farmio_o_direct = __O_DIRECT;
static const int farmio_o_noatime = __O_NOATIME;
static const int farmio_o_path = __O_PATH;
static const int farmio_at_empty_path = 0x1000;
static const int farmio_seek_data = 3;
static const int farmio_seek_hole = 4;

static inline long farmio_result(long r) { return r < 0 ? -(long)errno : r; }

// Opening, closing, status.

static inline int farmio_openat(int dir, const char *name, int flags, unsigned mode) {
  return (int)farmio_result(openat(dir, name, flags, mode));
}
static inline long farmio_close(int fd) { return farmio_result(close(fd)); }
static inline long farmio_statx(int dir, const char *name, int flags, unsigned mask,
                                struct statx *out) {
  return farmio_result(syscall(SYS_statx, dir, name, flags, mask, out));
}
static inline uint64_t farmio_device(unsigned major, unsigned minor) {
  return gnu_dev_makedev(major, minor);
}
static inline unsigned farmio_device_major(uint64_t device) { return gnu_dev_major(device); }
static inline unsigned farmio_device_minor(uint64_t device) { return gnu_dev_minor(device); }
static inline long farmio_fstatfs(int fd, struct statfs *out) {
  return farmio_result(fstatfs(fd, out));
}

// Names.

static inline long farmio_getdents(int fd, void *buffer, size_t size) {
  return farmio_result(syscall(SYS_getdents64, fd, buffer, size));
}
static inline long farmio_mkdirat(int dir, const char *name, unsigned mode) {
  return farmio_result(mkdirat(dir, name, mode));
}
static inline long farmio_symlinkat(const char *target, int dir, const char *name) {
  return farmio_result(symlinkat(target, dir, name));
}
static inline long farmio_readlinkat(int dir, const char *name, char *buffer, size_t size) {
  return farmio_result(readlinkat(dir, name, buffer, size));
}
static inline long farmio_mknodat(int dir, const char *name, unsigned mode, uint64_t device) {
  return farmio_result(mknodat(dir, name, mode, device));
}
static inline long farmio_linkat(int dir, const char *name, int newDir, const char *newName) {
  return farmio_result(linkat(dir, name, newDir, newName, 0));
}
static inline long farmio_renameat(int dir, const char *name, int newDir, const char *newName) {
  return farmio_result(syscall(SYS_renameat2, dir, name, newDir, newName, 0u));
}
static inline long farmio_unlinkat(int dir, const char *name, int flags) {
  return farmio_result(unlinkat(dir, name, flags));
}

// Bytes.

static inline long farmio_pread(int fd, void *buffer, size_t size, int64_t offset) {
  return farmio_result(pread(fd, buffer, size, offset));
}
static inline long farmio_pwrite(int fd, const void *buffer, size_t size, int64_t offset) {
  return farmio_result(pwrite(fd, buffer, size, offset));
}
static inline long farmio_ftruncate(int fd, int64_t size) {
  return farmio_result(ftruncate(fd, size));
}
static inline long farmio_fallocate(int fd, int mode, int64_t offset, int64_t size) {
  return farmio_result(syscall(SYS_fallocate, fd, mode, offset, size));
}
static inline long farmio_lseek(int fd, int64_t offset, int whence) {
  return farmio_result(lseek(fd, offset, whence));
}
static inline long farmio_copy_file_range(int fd, int64_t *offset, int newFd, int64_t *newOffset,
                                          size_t size) {
  return farmio_result(syscall(SYS_copy_file_range, fd, offset, newFd, newOffset, size, 0u));
}
static inline long farmio_clone(int source, int target) {
  return farmio_result(ioctl(target, FICLONE, source));
}
static inline long farmio_fsync(int fd) { return farmio_result(fsync(fd)); }
static inline long farmio_syncfs(int fd) { return farmio_result(syscall(SYS_syncfs, fd)); }
// Starts the write-back of all dirty pages and waits for none.
static inline long farmio_start_writing(int fd) {
  return farmio_result(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
}

// Linux 6.5; newer than Debian 12's headers.
struct farmio_cachestat {
  uint64_t cached, dirty, writeback, evicted, recently_evicted;
};
static inline long farmio_cachestat(int fd, int64_t offset, int64_t size,
                                    struct farmio_cachestat *out) {
  const uint64_t range[2] = {(uint64_t)offset, (uint64_t)size};
  return farmio_result(syscall(451, fd, range, out, 0u));
}

// Metadata.

static inline long farmio_fchmod(int fd, unsigned mode) { return farmio_result(fchmod(fd, mode)); }
static inline long farmio_fchownat(int dir, const char *name, unsigned user, unsigned group,
                                   int flags) {
  return farmio_result(fchownat(dir, name, user, group, flags));
}
static inline long farmio_utimensat(int dir, const char *name, int64_t seconds,
                                    long nanoseconds, int flags) {
  const struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  return farmio_result(utimensat(dir, name, times, flags));
}
static inline long farmio_futimens(int fd, int64_t seconds, long nanoseconds) {
  const struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  return farmio_result(futimens(fd, times));
}

// Extended attributes: of an open file, and of a path without following a last link.

static inline long farmio_flistxattr(int fd, char *list, size_t size) {
  return farmio_result(flistxattr(fd, list, size));
}
static inline long farmio_llistxattr(const char *path, char *list, size_t size) {
  return farmio_result(llistxattr(path, list, size));
}
// Linux 6.13; newer than Debian 12's headers.
static inline long farmio_listxattrat(int dir, const char *name, char *list, size_t size) {
  return farmio_result(syscall(465, dir, name, AT_SYMLINK_NOFOLLOW, list, size));
}
static inline long farmio_fgetxattr(int fd, const char *name, void *value, size_t size) {
  return farmio_result(fgetxattr(fd, name, value, size));
}
static inline long farmio_lgetxattr(const char *path, const char *name, void *value,
                                    size_t size) {
  return farmio_result(lgetxattr(path, name, value, size));
}
static inline long farmio_fsetxattr(int fd, const char *name, const void *value, size_t size) {
  return farmio_result(fsetxattr(fd, name, value, size, 0));
}
static inline long farmio_lsetxattr(const char *path, const char *name, const void *value,
                                    size_t size) {
  return farmio_result(lsetxattr(path, name, value, size, 0));
}
static inline long farmio_fremovexattr(int fd, const char *name) {
  return farmio_result(fremovexattr(fd, name));
}

// Threads, randomness, identity.

static inline long farmio_name_thread(const char *name) {
  return farmio_result(prctl(PR_SET_NAME, name, 0, 0, 0));
}
// Asked of the kernel once a thread. No thread forks.
static inline long farmio_thread_id(void) {
  static _Thread_local long id;
  if (id == 0) id = syscall(SYS_gettid);
  return id;
}
static inline long farmio_random(void *bytes, size_t size) {
  return farmio_result(getrandom(bytes, size, 0));
}
static inline long farmio_kill(int process, int signal) {
  return farmio_result(kill(process, signal));
}
static inline long farmio_hostname(char *name, size_t size) {
  return farmio_result(gethostname(name, size));
}

// Child processes that share memory with us.

// Memory without a name, which whoever holds it may lengthen and nobody shorten.
static inline int farmio_shared_memory(const char *name) {
  int fd = (int)farmio_result(syscall(SYS_memfd_create, name, 0x1u | 0x2u));  // CLOEXEC, sealable
  if (fd < 0) return fd;
  const long sealed = farmio_result(fcntl(fd, 1033, 0x2));  // F_ADD_SEALS, F_SEAL_SHRINK
  if (sealed == 0) return fd;
  close(fd);
  return (int)sealed;
}
// A copy with a number of `least` or more, for this process alone.
static inline int farmio_duplicate(int fd, int least) {
  return (int)farmio_result(fcntl(fd, F_DUPFD_CLOEXEC, least));
}
static inline long farmio_socket_pair(int *pair) {
  return farmio_result(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
}
// Sets of signals take their shape from whichever module read <setjmp.h> first: they stay in here.

// The program begins with no signal held back, and each as a new program expects it.
static inline void farmio_spawn_with_usual_signals(posix_spawnattr_t *attributes) {
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(attributes, &signals);
}
// The program meets one signal as a new program expects it.
static inline void farmio_spawn_with_usual_signal(posix_spawnattr_t *attributes, int number) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, number);
  posix_spawnattr_setsigdefault(attributes, &signals);
}
// Never raises SIGPIPE.
static inline long farmio_send(int fd, const void *bytes, size_t size) {
  return farmio_result(send(fd, bytes, size, MSG_NOSIGNAL));
}
static inline long farmio_receive(int fd, void *bytes, size_t size) {
  return farmio_result(recv(fd, bytes, size, 0));
}
