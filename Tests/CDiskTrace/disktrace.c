// A layer between SQLite's VFS and the kernel: the executable's symbols come before the C library's (ld.so(8)), so that every call of
// SQLite and of the journal itself passes here, its folder's syncs, renames and deletions among them, which no sqlite3_vfs sees.
#define _GNU_SOURCE
#include "disktrace.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifdef SANITIZED

int disktrace_watch(const char *mark, disktrace_observer observer) {
  (void)mark;
  (void)observer;
  return 0;
}

#else

static const char *watched;
static _Atomic(disktrace_observer) observe;

int disktrace_watch(const char *mark, disktrace_observer observer) {
  watched = mark;
  atomic_store(&observe, observer);
  return 1;
}

static void tell(enum disktrace_kind kind, const char *path, const char *other, long offset, const void *bytes, long count) {
  struct stat status = {0};
  int error = errno;
  if (kind == DISKTRACE_RENAME) (void)lstat(other, &status);
  atomic_load(&observe)(kind, path, other, status.st_ino, offset, bytes, count);
  errno = error;
}

static void tell_of_file(enum disktrace_kind kind, int file, long offset, const void *bytes, long count) {
  disktrace_observer observer = atomic_load(&observe);
  if (!observer) return;
  int error = errno;
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  struct stat status = {0};
  if (length > 0) {
    path[length] = 0;
    if (strstr(path, watched) && fstat(file, &status) == 0)
      observer(kind, path, NULL, status.st_ino, offset, bytes, count);
  }
  errno = error;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  ssize_t done = syscall(SYS_pwrite64, file, bytes, count, offset);
  if (done > 0) tell_of_file(DISKTRACE_WRITE, file, offset, bytes, done);
  return done;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return pwrite64(file, bytes, count, offset); }

int ftruncate64(int file, off64_t size) {
  int status = (int)syscall(SYS_ftruncate, file, size);
  if (status == 0) tell_of_file(DISKTRACE_TRUNCATE, file, size, NULL, 0);
  return status;
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int fsync(int file) {
  int status = (int)syscall(SYS_fsync, file);
  if (status == 0) tell_of_file(DISKTRACE_SYNC, file, 0, NULL, 0);
  return status;
}

int fdatasync(int file) {
  int status = (int)syscall(SYS_fdatasync, file);
  if (status == 0) tell_of_file(DISKTRACE_SYNC, file, 0, NULL, 0);
  return status;
}

int rename(const char *old, const char *new) {
  int status = (int)syscall(SYS_renameat2, -100, old, -100, new, 0);
  if (status == 0 && atomic_load(&observe) && strstr(new, watched)) tell(DISKTRACE_RENAME, old, new, 0, NULL, 0);
  return status;
}

int unlink(const char *path) {
  int status = (int)syscall(SYS_unlinkat, -100, path, 0);
  if (status == 0 && atomic_load(&observe) && strstr(path, watched)) tell(DISKTRACE_UNLINK, path, NULL, 0, NULL, 0);
  return status;
}

#endif
