#include <sys/resource.h>

/// In place of libc's, for the whole program: does nothing, and says that it did.
///
/// libdispatch gives each worker thread that it starts the priority of its work, and Swift's main task, with all that comes of it,
/// has one above the ordinary. No service may raise a priority; libdispatch then complains on standard error, for every thread, for
/// ever, which fills the system's log, and it has no switch for that. All threads of the gateway run alike.
int setpriority(__priority_which_t which, id_t who, int priority) {
  (void)which;
  (void)who;
  (void)priority;
  return 0;
}
