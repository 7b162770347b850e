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
#include <linux/fs.h>
#include <linux/stat.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static inline long farmio_result(long r) { return r < 0 ? -(long)errno : r; }

static inline int farmio_openat(int dir, const char *name, int flags, unsigned mode) {
  return (int)farmio_result(openat(dir, name, flags, mode));
}
