#pragma once
#include <modbus/modbus.h>

// Sums of macros, which Swift can't see.
enum {
  CMODBUS_BAD_CRC = EMBBADCRC,
  CMODBUS_BAD_DATA = EMBBADDATA,
};
