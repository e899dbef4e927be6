// A slow card for one process: a library for LD_PRELOAD with which each fsync takes $WAYPOST_SYNC_MILLISECONDS longer.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_for_the_card(void) {
  const char *text = getenv("WAYPOST_SYNC_MILLISECONDS");
  long milliseconds = text ? strtol(text, NULL, 10) : 0;
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

int fsync(int file) {
  wait_for_the_card();
  return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  wait_for_the_card();
  return (int)syscall(SYS_fdatasync, file);
}
