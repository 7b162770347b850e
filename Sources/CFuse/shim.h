// libfuse's low-level interface: one callback for each request of the kernel.
#pragma once

// The C library's shapes are those of this module, here as elsewhere.
#include "../CLinux/shim.h"
#define FUSE_USE_VERSION 312
#include <fuse3/fuse_lowlevel.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

// An empty handler, installed so that a signal ends a blocking read and does nothing else.
static inline void farmio_fuse_wakeup(int number) { (void)number; }
static inline int farmio_fuse_take_wakeups(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = farmio_fuse_wakeup;
  return sigaction(SIGUSR1, &action, 0);
}

// Bit fields.
static inline void farmio_fuse_keep(struct fuse_file_info *info) {
  info->keep_cache = 1;
  info->cache_readdir = 1;
}
