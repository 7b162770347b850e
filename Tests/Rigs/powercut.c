// powercut MOUNTPOINT: what a power cut does to the ext4 or XFS file system mounted there.
//
// The shutdown ioctl stops the file system at once and without writing its log: what was not
// synced is lost, and every later call gets EIO until it is unmounted and mounted again.
// Refuses everything but loop devices, so that no typing error stops a real disk.
//
//   gcc -O2 powercut.c -o powercut && powercut /mnt/image
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SHUTDOWN 0x8004587DUL       // _IOR('X', 125, uint32_t), the same number for ext4 and XFS
#define SHUTDOWN_WITHOUT_LOG 2u
#define LOOP_MAJOR 7u

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: powercut MOUNTPOINT\n");
    return 2;
  }
  struct stat status, above;
  char parent[4096];
  snprintf(parent, sizeof parent, "%s/..", arguments[1]);
  int folder = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || fstat(folder, &status) != 0 || stat(parent, &above) != 0) {
    fprintf(stderr, "powercut: cannot open %s: %s\n", arguments[1], strerror(errno));
    return 3;
  }
  if (major(status.st_dev) != LOOP_MAJOR || status.st_dev == above.st_dev) {
    fprintf(stderr, "powercut: %s is no mount point of a loop device\n", arguments[1]);
    return 2;
  }
  uint32_t flags = SHUTDOWN_WITHOUT_LOG;
  if (ioctl(folder, SHUTDOWN, &flags) != 0) {
    fprintf(stderr, "powercut: %s: %s\n", arguments[1], strerror(errno));
    return 3;
  }
  close(folder);
  return 0;
}
