#ifndef DISKTRACE_H
#define DISKTRACE_H

/// What a process does to files, as far as it matters for what a power cut leaves of them.
enum disktrace_kind {
  DISKTRACE_WRITE,
  DISKTRACE_TRUNCATE,
  /// Of a file, or of a folder: then the inode is the folder's.
  DISKTRACE_SYNC,
  DISKTRACE_RENAME,
  DISKTRACE_UNLINK,
};

/// Called on the thread that does it, when it has been done.
/// - path: the file's; other: its new name. inode: of the file, 0 where it is gone.
/// - offset: where it was written, or the size that a file was cut to. bytes and count: what was written.
typedef void (*disktrace_observer)(enum disktrace_kind kind, const char *path, const char *other, unsigned long inode,
                                   long offset, const void *bytes, long count);

/// From now on everything that is done to paths with `mark` in them is told to `observer`. Both must live as long as the process.
/// False where that can't be done: under a sanitizer, whose own layer stands in this place.
int disktrace_watch(const char *mark, disktrace_observer observer);

#endif
