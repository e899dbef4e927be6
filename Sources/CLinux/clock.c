#include "CLinux.h"

#include <sys/timex.h>

int waypost_clock_is_synchronised(void) {
  struct timex state = {0};
  const int result = adjtimex(&state);
  return result >= 0 && result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}
