#include "CLinux.h"

// The kernel's own, for speeds that have no name in POSIX (tty_ioctl(4), TCSETS2); it doesn't go together with <termios.h>.
#include <asm/termbits.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

int waypost_serial_set(int port, unsigned speed, int data_bits, int parity, int stop_bits, int flow) {
  struct termios2 wanted;
  if (ioctl(port, TCGETS2, &wanted) < 0) return -1;
  // Raw: bytes as they come. A byte of wrong parity becomes a NUL, which no line and no checksum takes for something else; seven bits
  // are stripped of an eighth, so that a port that can't check the parity of 7 bits reads them right as 8 bits without.
  wanted.c_iflag = IGNBRK | (parity ? INPCK : 0) | (data_bits == 7 ? ISTRIP : 0) | (flow == 2 ? IXON | IXOFF : 0);
  wanted.c_oflag = 0;
  wanted.c_lflag = 0;
  wanted.c_cflag = BOTHER | (BOTHER << IBSHIFT) | CREAD | CLOCAL | HUPCL;
  static const tcflag_t sizes[] = {CS5, CS6, CS7, CS8};
  if (data_bits < 5 || data_bits > 8) return errno = EINVAL, -1;
  wanted.c_cflag |= sizes[data_bits - 5];
  if (parity) wanted.c_cflag |= PARENB | (parity == 1 ? PARODD : 0);
  if (stop_bits == 2) wanted.c_cflag |= CSTOPB;
  if (flow == 1) wanted.c_cflag |= CRTSCTS;
  wanted.c_line = 0;
  // With O_NONBLOCK, VMIN 1 tells "nothing there" (EAGAIN) from "gone" (0 bytes).
  memset(wanted.c_cc, 0, sizeof wanted.c_cc);
  wanted.c_cc[VMIN] = 1;
  wanted.c_cc[VSTART] = 0x11;
  wanted.c_cc[VSTOP] = 0x13;
  wanted.c_ispeed = wanted.c_ospeed = speed;
  if (ioctl(port, TCSETS2, &wanted) < 0) return -1;
  // The driver takes what it can and says no word about the rest.
  struct termios2 taken;
  if (ioctl(port, TCGETS2, &taken) < 0) return -1;
  unsigned apart = taken.c_ospeed > speed ? taken.c_ospeed - speed : speed - taken.c_ospeed;
  // A receiver of ten bits a character follows to 5 %; half of that is the other side's.
  if (apart > speed / 40) return errno = EINVAL, -1;
  tcflag_t framing = CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS;
  return (taken.c_cflag & framing) == (wanted.c_cflag & framing) ? 0 : 1;
}

int waypost_serial_reserve(int port) { return ioctl(port, TIOCEXCL); }

int waypost_serial_discard(int port, int input, int output) {
  return ioctl(port, TCFLSH, input && output ? TCIOFLUSH : input ? TCIFLUSH : TCOFLUSH);
}
