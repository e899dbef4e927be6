// What Linux has and Swift's Glibc module doesn't show.
//
// No header of the C library is included here: its types would belong to this module as well as to Glibc, and which of the two a source
// file must import would depend on the files that it happens to be compiled with.
#pragma once

/// 1 when the kernel says that NTP has synchronised the clock (adjtimex(2): the maximum error is below 16 s), 0 when not, -1 with errno
/// where it may not be asked.
int waypost_clock_is_synchronised(void);

/// A pipe whose ends no program that is started inherits: pipe2(2) with O_CLOEXEC. 0, or -1 with errno.
int waypost_pipe(int ends[2]);

/// Lets a program that is started have none of our descriptors from `first` on (posix_spawn_file_actions_addclosefrom_np). 0, or an error number.
/// `actions`: a posix_spawn_file_actions_t.
int waypost_spawn_close_from(void *actions, int first);

/// The working directory of a program that is started (posix_spawn_file_actions_addchdir_np). 0, or an error number.
/// `actions`: a posix_spawn_file_actions_t.
int waypost_spawn_change_folder(void *actions, const char *folder);
