// The wall clock of one process, as a test wants it: a library for LD_PRELOAD that stands before the C library's functions of the wall
// clock, and adds to what they say. Everything that runs on the boot-time or monotonic clock goes through untouched.
//
// Debian's libfaketime isn't used: it has no say in what the kernel says of its clock (adjtimex), and stands in the way of poll, epoll and
// condition variables as well, where a gateway spends its time.
//
// $WAYPOST_WALL_CLOCK names a file of 16 bytes that is looked at with each call, so that the clock can step under a running process:
// nanoseconds to add (int64), and what adjtimex is to say (int64): 0 not synchronised, 1 synchronised, -1 EPERM as under ProtectClock=yes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

struct control {
  volatile int64_t ahead;
  volatile int64_t synchronised;
};

static const struct control *control;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *path = getenv("WAYPOST_WALL_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *place = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (place != MAP_FAILED) control = place;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  // Another library's constructor may ask before ours has run.
  if (!real_clock_gettime) begin();
  int status = real_clock_gettime(clock, time);
  if (status != 0 || !control || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return status;
  int64_t ahead = control->ahead;
  int64_t nanoseconds = time->tv_nsec + ahead % 1000000000;
  int64_t carry = nanoseconds < 0 ? -1 : nanoseconds >= 1000000000;
  time->tv_sec += ahead / 1000000000 + carry;
  time->tv_nsec = nanoseconds - carry * 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  struct timespec now;
  if (zone) memset(zone, 0, sizeof(struct timezone));
  if (!value) return 0;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  value->tv_sec = now.tv_sec;
  value->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *value) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (value) *value = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec *value, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, value) == 0 ? base : 0;
}

int adjtimex(struct timex *state) {
  int64_t synchronised = control ? control->synchronised : 0;
  if (synchronised < 0) {
    errno = EPERM;
    return -1;
  }
  memset(state, 0, sizeof *state);
  clock_gettime(CLOCK_REALTIME, (struct timespec *)&state->time);
  state->time.tv_usec /= 1000;
  state->maxerror = synchronised ? 500000 : 16000000;
  state->status = synchronised ? STA_PLL : STA_UNSYNC;
  return synchronised ? TIME_OK : TIME_ERROR;
}
