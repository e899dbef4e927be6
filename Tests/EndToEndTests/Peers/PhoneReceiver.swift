import Drives
import Foundation
import Geo

/// A phone's receiver as gpsd sees it: the sentences of its drive.
struct PhoneReceiver: CustomStringConvertible {
  /// What it claims on the drive's best seconds; the others are scaled with it.
  var hdop: Double
  /// With the sentences of satellites, of which gpsd makes a SKY that carries the HDOP. Without them all that gpsd 3.22 tells of the error
  /// is an `eph` of 19 × HDOP.
  var tellsSatellites: Bool

  var description: String { "hdop \(hdop)\(tellsSatellites ? "" : ", eph alone")" }

  /// Ten satellites, of which all are used.
  private static let sky = [
    "GPGSV,3,1,10,02,71,041,44,04,55,102,42,05,48,266,41,07,40,300,40",
    "GPGSV,3,2,10,10,33,151,39,12,29,048,38,15,25,212,38,20,20,090,36",
    "GPGSV,3,3,10,24,15,330,35,28,12,180,33",
  ].map(NMEASentence.frame).joined()

  /// A fix's sentences, all with its time.
  func sentences(_ point: RecordedDrive.Point) -> String {
    let (clock, date) = NMEASentence.moment(Int64((point.time * 1000).rounded()))
    let place = NMEASentence.place(latitude: point.place.latitude, longitude: point.place.longitude)
    let dilution = String(format: "%.2f", (point.hdop ?? PhoneDrive.hdop) * hdop / PhoneDrive.hdop)
    let knots = String(format: "%.2f", (point.speed ?? 0) * 3600 / 1852)
    let satellites =
      tellsSatellites
      ? NMEASentence.frame("GPGSA,A,3,02,04,05,07,10,12,15,20,24,28,,,\(dilution),\(dilution),\(dilution)") + Self.sky
      : ""
    return NMEASentence.frame("GPGGA,\(clock),\(place),1,10,\(dilution),10.0,M,0.0,M,,") + satellites
      + NMEASentence.frame("GPRMC,\(clock),A,\(place),\(knots),,\(date),,,A")
  }
}
