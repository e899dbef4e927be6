#include "CLinux.h"

#include <sys/timex.h>

int waypost_clock_is_synchronised(void) {
  struct timex state = {0};
  if (adjtimex(&state) < 0) return -1;
  // As systemd's timedated sees it: STA_UNSYNC may also be set to keep the kernel from the hardware clock, the maximum error stays.
  return state.maxerror < 16000000;
}
