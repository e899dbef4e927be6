import CExpat
import CModbus
import CMosquitto
import COpenSSL
import CSQLite
import CYAML
import CZlib

/// The distribution's libraries that this process runs on; `apt upgrade` renews them.
public enum SystemLibraries {
  /// Names and versions, as the libraries themselves give them at run time where they do.
  public static var versions: [(name: String, version: String)] {
    var mosquitto: (Int32, Int32, Int32) = (0, 0, 0)
    mosquitto_lib_version(&mosquitto.0, &mosquitto.1, &mosquitto.2)
    return [
      ("libsqlite3", String(cString: sqlite3_libversion())),
      ("libmosquitto", "\(mosquitto.0).\(mosquitto.1).\(mosquitto.2)"),
      ("libmodbus", "\(libmodbus_version_major).\(libmodbus_version_minor).\(libmodbus_version_micro)"),
      ("libyaml", String(cString: yaml_get_version_string())),
      ("libexpat", String(cString: XML_ExpatVersion()).replacingPrefix("expat_")),
      ("zlib", String(cString: zlibVersion())),
      ("openssl", String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))),
    ]
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
