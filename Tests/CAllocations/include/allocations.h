#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

/// How many blocks of memory the calling thread has asked for so far; -1 where a sanitizer's own allocator counts instead.
long allocations(void);

/// Bytes of all blocks that the process holds now, with what the allocator spends on each.
long allocated_bytes(void);

#endif
