// What Linux has and Swift's Glibc module doesn't show.
#pragma once

/// 1 when the kernel says that NTP has synchronised the clock (adjtimex(2): no STA_UNSYNC, no TIME_ERROR), 0 when not or not known.
int waypost_clock_is_synchronised(void);
