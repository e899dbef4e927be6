#include "CLinux.h"

#include <malloc.h>

int waypost_use_one_heap(void) { return mallopt(M_ARENA_MAX, 1); }
