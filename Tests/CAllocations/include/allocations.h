#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

/// How many blocks of memory the calling thread has asked for so far; -1 where a sanitizer's own allocator counts instead.
long allocations(void);

#endif
