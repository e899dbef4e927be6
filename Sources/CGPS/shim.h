#pragma once
#include <gps.h>
#include <stdint.h>
#include <string.h>

// gps_unpack() takes `char *` up to API 14 and `const char *` after it, and struct gps_data_t has members that Swift imports as
// tuples of thousands of elements or, being unions, in a form that changes with each release of libgps. So what is wanted of a
// report is read here, where the compiler checks it against the installed header.

/// What one line of gpsd's JSON says, as far as a fix is concerned. Numbers that it does not say are NaN.
struct waypost_gps_report {
  uint64_t set;             // the *_SET bits that gps_unpack() gave
  char device[GPS_PATH_MAX];
  char driver[64];
  int mode;
  int64_t time_seconds;     // 0 with 0 nanoseconds: not said
  int64_t time_nanoseconds;
  double latitude, longitude, altitude_msl, altitude_ellipsoid, altitude_undefined;
  double speed, track, eph;
  double hdop;
  int satellites_used;
  double gst_latitude, gst_longitude;
};

static const uint64_t waypost_gps_position = LATLON_SET;
static const uint64_t waypost_gps_status = STATUS_SET;
static const uint64_t waypost_gps_gst = GST_SET;
static const uint64_t waypost_gps_device_list = DEVICELIST_SET;

/// Unpacks one line without its line feed into `data`, which the caller has zeroed once and may use again.
static inline void waypost_gps_unpack(char *line, struct gps_data_t *data, struct waypost_gps_report *report) {
  data->set = 0;
  data->dev.path[0] = '\0';
  data->dev.driver[0] = '\0';
  (void)gps_unpack(line, data);
  report->set = data->set;
  strncpy(report->device, data->dev.path, sizeof report->device - 1);
  report->device[sizeof report->device - 1] = '\0';
  strncpy(report->driver, data->dev.driver, sizeof report->driver - 1);
  report->driver[sizeof report->driver - 1] = '\0';
  report->mode = data->fix.mode;
  report->time_seconds = data->fix.time.tv_sec;
  report->time_nanoseconds = data->fix.time.tv_nsec;
  report->latitude = data->fix.latitude;
  report->longitude = data->fix.longitude;
  report->altitude_msl = data->fix.altMSL;
  report->altitude_ellipsoid = data->fix.altHAE;
  report->altitude_undefined = data->fix.altitude;
  report->speed = data->fix.speed;
  report->track = data->fix.track;
  report->eph = data->fix.eph;
  report->hdop = data->dop.hdop;
  report->satellites_used = data->satellites_used;
  report->gst_latitude = data->gst.lat_err_deviation;
  report->gst_longitude = data->gst.lon_err_deviation;
}

static inline int waypost_gps_device_count(const struct gps_data_t *data) { return data->devices.ndevices; }
static inline const char *waypost_gps_device_path(const struct gps_data_t *data, int i) { return data->devices.list[i].path; }
static inline const char *waypost_gps_device_driver(const struct gps_data_t *data, int i) { return data->devices.list[i].driver; }
