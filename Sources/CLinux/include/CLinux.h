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

/// Sets a serial port to raw bytes at any speed (bits a second).
/// `data_bits`: 5 to 8. `parity`: 0 none, 1 odd, 2 even. `stop_bits`: 1 or 2. `flow`: 0 none, 1 RTS and CTS, 2 XON and XOFF.
/// 0; 1 when the driver took the speed but not the framing; -1 with errno: EINVAL where it can't do the speed, ENOTTY where it is no port.
int waypost_serial_set(int port, unsigned speed, int data_bits, int parity, int stop_bits, int flow);

/// Keeps other programs from opening the port (TIOCEXCL); those of root may still. 0, or -1 with errno.
int waypost_serial_reserve(int port);

/// Throws away what was received and not read, or written and not sent. 0, or -1 with errno.
int waypost_serial_discard(int port, int input, int output);

/// Renames a file unless there is one of the new name (renameat2(2) with RENAME_NOREPLACE). 0, or -1 with errno: EEXIST where there is one,
/// EINVAL where the file system can't tell.
int waypost_rename_new(const char *from, const char *to);

/// Lets all threads allocate from one heap, from the next thread on (mallopt(3), M_ARENA_MAX). 1, or 0 where that can't be done.
int waypost_use_one_heap(void);
