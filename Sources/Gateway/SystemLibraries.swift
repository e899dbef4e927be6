import CExpat
import CModbus
import COpenSSL
import CSQLite
import CYAML
import CZlib

/// The distribution's libraries that this process runs on; `apt upgrade` renews them.
public enum SystemLibraries {
  /// Names and versions, as the libraries themselves give them at run time where they do.
  public static var versions: [(name: String, version: String)] {
    [
      ("libsqlite3", String(cString: sqlite3_libversion())),
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
