import CSQLite
import Foundation

/// Makes SQLite's writes fail for the files of a test: a layer over the default VFS (sqlite.org/vfs.html) that passes everything else on.
final class FaultyDisk: @unchecked Sendable {
  static let shared = FaultyDisk()

  private let lock = NSLock()
  private var faults: [String: Int32] = [:]
  private var files: [UnsafeMutableRawPointer: (name: String, methods: UnsafePointer<sqlite3_io_methods>)] = [:]
  private var layers: [UnsafePointer<sqlite3_io_methods>: UnsafePointer<sqlite3_io_methods>] = [:]
  private let base: UnsafeMutablePointer<sqlite3_vfs>

  private init() {
    base = sqlite3_vfs_find(nil)
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    vfs.initialize(to: base.pointee)
    vfs.pointee.zName = UnsafePointer(strdup("gateway-tests"))
    vfs.pointee.xOpen = { _, name, file, flags, outFlags in
      let disk = FaultyDisk.shared
      let status = disk.base.pointee.xOpen(disk.base, name, file, flags, outFlags)
      if status == SQLITE_OK, let file, let name { disk.wrap(file, String(cString: name)) }
      return status
    }
    sqlite3_vfs_register(vfs, 1)
  }

  /// From now on each write to a file whose path begins so gives this result code.
  func fail(_ path: String, with code: Int32) { lock.withLock { faults[path] = code } }

  func mend(_ path: String) { lock.withLock { faults[path] = nil } }

  private func wrap(_ file: UnsafeMutablePointer<sqlite3_file>, _ name: String) {
    guard let known = file.pointee.pMethods else { return }
    lock.withLock {
      files[file] = (name, known)
      if layers[known] == nil {
        let layer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        layer.initialize(to: known.pointee)
        layer.pointee.xWrite = { FaultyDisk.shared.write($0, $1, $2, $3) }
        layers[known] = UnsafePointer(layer)
      }
      file.pointee.pMethods = layers[known]
    }
  }

  private func write(
    _ file: UnsafeMutablePointer<sqlite3_file>?, _ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64
  ) -> Int32 {
    let (known, fault) = lock.withLock {
      let known = file.flatMap { files[$0] }
      return (known?.methods, faults.first { known?.name.hasPrefix($0.key) ?? false }?.value)
    }
    return fault ?? known?.pointee.xWrite(file, bytes, count, offset) ?? SQLITE_IOERR
  }
}
