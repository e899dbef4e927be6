// What Linux has and Swift's Glibc module doesn't show.
#pragma once

#include <spawn.h>

/// 1 when the kernel says that NTP has synchronised the clock (adjtimex(2): the maximum error is below 16 s), 0 when not, -1 with errno
/// where it may not be asked.
int waypost_clock_is_synchronised(void);

/// A pipe whose ends no program that is started inherits: pipe2(2) with O_CLOEXEC. 0, or -1 with errno.
int waypost_pipe(int ends[2]);

/// Lets a program that is started have none of our descriptors from `first` on (posix_spawn_file_actions_addclosefrom_np). 0, or an error number.
int waypost_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/// The working directory of a program that is started (posix_spawn_file_actions_addchdir_np). 0, or an error number.
int waypost_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *folder);
