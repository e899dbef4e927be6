import CSQLite
import Foundation

/// Makes SQLite's disk fail for single files: a layer over the default VFS (sqlite.org/vfs.html) that passes everything on, but for the
/// files that a test has named.
final class FaultyDisk: @unchecked Sendable {
  enum Fault { case full, write, sync }

  static let shared = FaultyDisk()

  private let lock = NSLock()
  private var faults: [String: (fault: Fault, after: Int)] = [:]
  private var files: [File: (name: String, methods: UnsafePointer<sqlite3_io_methods>)] = [:]
  private var layers: [UnsafePointer<sqlite3_io_methods>: UnsafePointer<sqlite3_io_methods>] = [:]
  private let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
  private let base: UnsafeMutablePointer<sqlite3_vfs>

  private struct File: Hashable { let pointer: UnsafeMutablePointer<sqlite3_file> }

  // SQLITE_IOERR_WRITE and SQLITE_IOERR_FSYNC are macros of expressions, which Swift doesn't see: 3 << 8 and 4 << 8 beside the code.
  private init() {
    base = sqlite3_vfs_find(nil)
    vfs.initialize(to: base.pointee)
    vfs.pointee.zName = UnsafePointer(strdup("faulty"))
    vfs.pointee.xOpen = { _, name, file, flags, outFlags in
      let disk = FaultyDisk.shared
      let status = disk.base.pointee.xOpen(disk.base, name, file, flags, outFlags)
      if status == SQLITE_OK, let file, let name { disk.wrap(file, String(cString: name)) }
      return status
    }
    sqlite3_vfs_register(vfs, 1)
  }

  private func wrap(_ file: UnsafeMutablePointer<sqlite3_file>, _ name: String) {
    guard let known = file.pointee.pMethods else { return }
    lock.withLock {
      files[File(pointer: file)] = (name, known)
      // SQLite has a table of methods for the database and another for its log.
      if layers[known] == nil {
        let layer = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        layer.initialize(to: known.pointee)
        layer.pointee.xWrite = { file, bytes, count, offset in
          let disk = FaultyDisk.shared
          if let fault = disk.strike(file, isSync: false) {
            return fault == .full ? SQLITE_FULL : SQLITE_IOERR | 3 << 8
          }
          return disk.original(file)?.pointee.xWrite(file, bytes, count, offset) ?? SQLITE_IOERR
        }
        layer.pointee.xSync = { file, flags in
          let disk = FaultyDisk.shared
          if disk.strike(file, isSync: true) != nil { return SQLITE_IOERR | 4 << 8 }
          return disk.original(file)?.pointee.xSync(file, flags) ?? SQLITE_IOERR
        }
        layers[known] = UnsafePointer(layer)
      }
      file.pointee.pMethods = layers[known]
    }
  }

  private func original(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafePointer<sqlite3_io_methods>? {
    lock.withLock { file.flatMap { files[File(pointer: $0)]?.methods } }
  }

  /// From the write or sync number `after` on (0: at once), `fault` strikes the files whose path begins so.
  func break_(_ path: String, _ fault: Fault, after: Int = 0) { lock.withLock { faults[path] = (fault, after) } }

  func mend(_ path: String) { lock.withLock { faults[path] = nil } }

  private func strike(_ file: UnsafeMutablePointer<sqlite3_file>?, isSync: Bool) -> Fault? {
    lock.withLock {
      guard let file, let name = files[File(pointer: file)]?.name,
        let path = faults.keys.first(where: name.hasPrefix), let (fault, after) = faults[path],
        isSync == (fault == .sync)
      else { return nil }
      if after > 0 {
        faults[path] = (fault, after - 1)
        return nil
      }
      return fault
    }
  }
}
