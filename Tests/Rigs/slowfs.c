// slowfs SOURCE MOUNTPOINT [-o delay=MICROSECONDS] [FUSE options]: the tree SOURCE seen through a
// mount on which every operation takes a fixed time, as on a file server a network away.
//
// Every operation but the release of a handle waits, is counted, and is then done on SOURCE.
// SIGUSR1 prints the counts to stderr as one line of JSON, SIGUSR2 sets them to zero, and they are
// printed once more at the unmount. Runs in the foreground; made for root.
//
//   gcc -O2 slowfs.c -o slowfs $(pkg-config --cflags --libs fuse3)
//   slowfs /dev/shm/tree /mnt/slow -o delay=1000 &
#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define OPERATIONS(X) \
  X(getattr) X(readlink) X(mknod) X(mkdir) X(unlink) X(rmdir) X(symlink) X(rename) X(link) \
  X(chmod) X(chown) X(truncate) X(open) X(read) X(write) X(statfs) X(flush) X(fsync) \
  X(setxattr) X(getxattr) X(listxattr) X(removexattr) X(opendir) X(readdir) X(fsyncdir) \
  X(create) X(utimens) X(fallocate) X(lseek)

enum operation {
#define X(name) op_##name,
  OPERATIONS(X)
#undef X
  operation_count
};

static const char *const operation_names[] = {
#define X(name) #name,
  OPERATIONS(X)
#undef X
};

static struct {
  const char *source;
  int source_fd;
  unsigned delay;  // microseconds
  atomic_ulong counts[operation_count];
} slow = {.delay = 1000};

// The wait that makes the mount slow, and the count that makes a run comparable with the next.
static void take_time(enum operation operation) {
  atomic_fetch_add_explicit(&slow.counts[operation], 1, memory_order_relaxed);
  if (slow.delay == 0) return;
  struct timespec wait = {slow.delay / 1000000, slow.delay % 1000000 * 1000L};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, &wait) == EINTR) continue;
}

static void print_counts(void) {
  char line[1536];
  unsigned long all = 0;
  int length = 0;
  for (int i = 0; i < operation_count; i++) {
    unsigned long n = atomic_load(&slow.counts[i]);
    all += n;
    if (n > 0)
      length += snprintf(line + length, sizeof line - length, ", \"%s\": %lu",
                         operation_names[i], n);
  }
  line[length] = 0;
  fprintf(stderr, "{\"operations\": %lu%s}\n", all, line);
  fflush(stderr);
}

static void *answer_signals(void *unused) {
  (void)unused;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  for (int number; sigwait(&set, &number) == 0;) {
    if (number == SIGUSR1) print_counts();
    else
      for (int i = 0; i < operation_count; i++) atomic_store(&slow.counts[i], 0);
  }
  return NULL;
}

// Names reach us as "/a/b"; SOURCE is the working folder of the process.
static const char *inside(const char *path) { return path[1] ? path + 1 : "."; }

static int result(long value) { return value < 0 ? -errno : (int)value; }

static void *slow_init(struct fuse_conn_info *connection, struct fuse_config *config) {
  if (fchdir(slow.source_fd) != 0) abort();
  config->use_ino = 1;      // hard links are seen as such
  config->nullpath_ok = 1;  // open files are reached by their descriptor, also once unlinked
  config->hard_remove = 1;
  connection->max_write = 1 << 20;
  connection->max_readahead = 1 << 20;
  pthread_t thread;
  if (pthread_create(&thread, NULL, answer_signals, NULL) != 0) abort();
  return NULL;
}

static void slow_destroy(void *unused) {
  (void)unused;
  print_counts();
}

static int slow_getattr(const char *path, struct stat *status, struct fuse_file_info *file) {
  take_time(op_getattr);
  if (file != NULL) return result(fstat((int)file->fh, status));
  return result(lstat(inside(path), status));
}

static int slow_readlink(const char *path, char *target, size_t size) {
  take_time(op_readlink);
  ssize_t length = readlink(inside(path), target, size - 1);
  if (length < 0) return -errno;
  target[length] = 0;
  return 0;
}

static int slow_mknod(const char *path, mode_t mode, dev_t device) {
  take_time(op_mknod);
  return result(mknod(inside(path), mode, device));
}

static int slow_mkdir(const char *path, mode_t mode) {
  take_time(op_mkdir);
  return result(mkdir(inside(path), mode));
}

static int slow_unlink(const char *path) {
  take_time(op_unlink);
  return result(unlink(inside(path)));
}

static int slow_rmdir(const char *path) {
  take_time(op_rmdir);
  return result(rmdir(inside(path)));
}

static int slow_symlink(const char *target, const char *path) {
  take_time(op_symlink);
  return result(symlink(target, inside(path)));
}

static int slow_rename(const char *from, const char *to, unsigned flags) {
  take_time(op_rename);
  return result(renameat2(AT_FDCWD, inside(from), AT_FDCWD, inside(to), flags));
}

static int slow_link(const char *from, const char *to) {
  take_time(op_link);
  return result(link(inside(from), inside(to)));
}

static int slow_chmod(const char *path, mode_t mode, struct fuse_file_info *file) {
  take_time(op_chmod);
  return result(file ? fchmod((int)file->fh, mode) : chmod(inside(path), mode));
}

static int slow_chown(const char *path, uid_t user, gid_t group, struct fuse_file_info *file) {
  take_time(op_chown);
  return result(file ? fchown((int)file->fh, user, group) : lchown(inside(path), user, group));
}

static int slow_truncate(const char *path, off_t size, struct fuse_file_info *file) {
  take_time(op_truncate);
  return result(file ? ftruncate((int)file->fh, size) : truncate(inside(path), size));
}

static int slow_utimens(const char *path, const struct timespec times[2],
                        struct fuse_file_info *file) {
  take_time(op_utimens);
  return result(file ? futimens((int)file->fh, times)
                     : utimensat(AT_FDCWD, inside(path), times, AT_SYMLINK_NOFOLLOW));
}

static int slow_open(const char *path, struct fuse_file_info *file) {
  take_time(op_open);
  int descriptor = open(inside(path), file->flags & ~O_DIRECT);
  if (descriptor < 0) return -errno;
  file->fh = (uint64_t)descriptor;
  return 0;
}

static int slow_create(const char *path, mode_t mode, struct fuse_file_info *file) {
  take_time(op_create);
  int descriptor = open(inside(path), file->flags & ~O_DIRECT, mode);
  if (descriptor < 0) return -errno;
  file->fh = (uint64_t)descriptor;
  return 0;
}

static int slow_read(const char *path, char *bytes, size_t size, off_t offset,
                     struct fuse_file_info *file) {
  (void)path;
  take_time(op_read);
  return result(pread((int)file->fh, bytes, size, offset));
}

static int slow_write(const char *path, const char *bytes, size_t size, off_t offset,
                      struct fuse_file_info *file) {
  (void)path;
  take_time(op_write);
  return result(pwrite((int)file->fh, bytes, size, offset));
}

static int slow_statfs(const char *path, struct statvfs *status) {
  take_time(op_statfs);
  return result(statvfs(inside(path), status));
}

// A close with unwritten data or errors is a round trip on NFS; dup lets this one report them.
static int slow_flush(const char *path, struct fuse_file_info *file) {
  (void)path;
  take_time(op_flush);
  return result(close(dup((int)file->fh)));
}

static int slow_release(const char *path, struct fuse_file_info *file) {
  (void)path;
  return result(close((int)file->fh));
}

static int slow_fsync(const char *path, int data_only, struct fuse_file_info *file) {
  (void)path;
  take_time(op_fsync);
  return result(data_only ? fdatasync((int)file->fh) : fsync((int)file->fh));
}

static int slow_fallocate(const char *path, int mode, off_t offset, off_t size,
                          struct fuse_file_info *file) {
  (void)path;
  take_time(op_fallocate);
  return result(fallocate((int)file->fh, mode, offset, size));
}

static off_t slow_lseek(const char *path, off_t offset, int whence,
                        struct fuse_file_info *file) {
  (void)path;
  take_time(op_lseek);
  off_t found = lseek((int)file->fh, offset, whence);
  return found < 0 ? -errno : found;
}

static int slow_setxattr(const char *path, const char *name, const char *value, size_t size,
                         int flags) {
  take_time(op_setxattr);
  return result(lsetxattr(inside(path), name, value, size, flags));
}

static int slow_getxattr(const char *path, const char *name, char *value, size_t size) {
  take_time(op_getxattr);
  return result(lgetxattr(inside(path), name, value, size));
}

static int slow_listxattr(const char *path, char *names, size_t size) {
  take_time(op_listxattr);
  return result(llistxattr(inside(path), names, size));
}

static int slow_removexattr(const char *path, const char *name) {
  take_time(op_removexattr);
  return result(lremovexattr(inside(path), name));
}

static int slow_opendir(const char *path, struct fuse_file_info *file) {
  take_time(op_opendir);
  DIR *folder = opendir(inside(path));
  if (folder == NULL) return -errno;
  file->fh = (uint64_t)(uintptr_t)folder;
  return 0;
}

static int slow_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                        struct fuse_file_info *file, enum fuse_readdir_flags flags) {
  (void)path;
  (void)offset;  // the whole folder is handed over at once
  take_time(op_readdir);
  DIR *folder = (DIR *)(uintptr_t)file->fh;
  rewinddir(folder);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    struct stat status = {.st_ino = entry->d_ino, .st_mode = DTTOIF(entry->d_type)};
    enum fuse_fill_dir_flags fill_flags = 0;
    if (flags & FUSE_READDIR_PLUS &&
        fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
      fill_flags = FUSE_FILL_DIR_PLUS;
    if (fill(buffer, entry->d_name, &status, 0, fill_flags) != 0) return -ENOMEM;
  }
  return 0;
}

static int slow_releasedir(const char *path, struct fuse_file_info *file) {
  (void)path;
  return result(closedir((DIR *)(uintptr_t)file->fh));
}

static int slow_fsyncdir(const char *path, int data_only, struct fuse_file_info *file) {
  (void)path;
  (void)data_only;
  take_time(op_fsyncdir);
  return result(fsync(dirfd((DIR *)(uintptr_t)file->fh)));
}

static const struct fuse_operations slow_operations = {
#define X(name) .name = slow_##name,
    OPERATIONS(X)
#undef X
    .init = slow_init, .destroy = slow_destroy,
    .release = slow_release, .releasedir = slow_releasedir,
};

static const struct fuse_opt slow_options[] = {
    {"delay=%u", 0, 0}, FUSE_OPT_END};

// The first bare argument is SOURCE; everything else is FUSE's.
static int take_argument(void *data, const char *argument, int key, struct fuse_args *rest) {
  (void)data;
  (void)rest;
  if (key != FUSE_OPT_KEY_NONOPT || slow.source != NULL) return 1;
  slow.source = argument;
  return 0;
}

int main(int count, char **arguments) {
  struct fuse_args rest = FUSE_ARGS_INIT(count, arguments);
  if (fuse_opt_parse(&rest, &slow.delay, slow_options, take_argument) != 0) return 2;
  if (slow.source == NULL) {
    fprintf(stderr, "usage: slowfs SOURCE MOUNTPOINT [-o delay=MICROSECONDS]\n");
    return 2;
  }
  slow.source_fd = open(slow.source, O_RDONLY | O_DIRECTORY);
  if (slow.source_fd < 0) {
    fprintf(stderr, "slowfs: cannot open %s: %s\n", slow.source, strerror(errno));
    return 3;
  }
  umask(0);
  prctl(PR_SET_TIMERSLACK, 1UL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  fuse_opt_add_arg(&rest, "-f");
  fuse_opt_add_arg(&rest, "-omax_threads=128,max_idle_threads=128,fsname=slowfs,subtype=slowfs");
  int status = fuse_main(rest.argc, rest.argv, &slow_operations, NULL);
  fuse_opt_free_args(&rest);
  return status;
}
