// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library of ours; `dependencies` is the whole of what it may import, and the arrows only point one way.
func library(_ name: String, resources: [Resource] = [], _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// `cases`: folders of input and expected output, which the tests find beside their own source.
func tests(of name: String, _ more: [Target.Dependency] = [], cases: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + more, exclude: cases,
    swiftSettings: settings)
}

/// A C library of the distribution, linked shared so that `apt upgrade` patches it.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
  name: "waypost",
  products: [.executable(name: "waypost", targets: ["waypost"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  targets: [
    system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    // Of tests and benchmarks alone: a client that we did not write.
    system("CMosquitto", pkgConfig: "libmosquitto", apt: "libmosquitto-dev"),
    system("CExpat", pkgConfig: "expat", apt: "libexpat1-dev"),
    system("CModbus", pkgConfig: "libmodbus", apt: "libmodbus-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    .target(name: "CLinux"),

    library("Model", []),
    library("Threads", []),
    library("Deflate", ["CZlib"]),
    library("Geo", []),
    library("CEL", []),
    library("Config", ["Model", "CYAML"]),
    library("CELJSON", ["CEL", "Config"]),
    library("Rules", ["Model", "Geo", "CEL", "Config"]),
    library("Journal", ["Model", "Geo", "Deflate", "CSQLite"]),
    library("Inputs", ["Model", "Threads", "Geo", "Config", "CLinux", "CExpat", "CModbus", log]),
    library(
      "Trust",
      ["COpenSSL", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio")]),
    library(
      "Uplinks",
      [
        "Model", "Threads", "Deflate", "Config", "Journal", "Trust", log,
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    library(
      "Gateway",
      // The page of `waypost replay --map`, which is in the program.
      resources: ["html", "css", "js"].map { .embedInCode("Replay/Page/page.\($0)") },
      [
        "Model", "Threads", "Deflate", "Geo", "Config", "Rules", "Journal", "Trust", "Inputs", "Uplinks", "CLinux",
        "COpenSSL",
        "CExpat",
        "CModbus", "CSQLite", "CYAML", "CZlib", log, lifecycle,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "waypost",
      dependencies: [
        "Model", "CEL", "CELJSON", "Config", "Rules", "Inputs", "Uplinks", "Gateway", log,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        // The demonstration's own server.
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "waypost-bench",
      dependencies: [
        "Model", "Threads", "Geo", "CEL", "Config", "Rules", "Journal", "Inputs", "Uplinks", "Gateway", "CSQLite",
        "CAllocations", log,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    tests(of: "Model"),
    tests(of: "Threads"),
    tests(of: "Deflate"),
    tests(of: "Geo", ["CAllocations", "Config"], cases: ["Peers/containment.py"]),
    // Counts what is allocated, for tests that hold it to nothing.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    tests(of: "CEL", ["CAllocations", "CELJSON", "Config"]),
    tests(of: "Config", ["Model"], cases: ["Diagnostics/Cases"]),
    // Rule files and drives from a seed, for tests of what must hold of all of them.
    .target(name: "Chance", dependencies: ["Model"], path: "Tests/Chance", swiftSettings: settings),
    // Recorded drives, one of them with the truth beside it, and what must be told of them.
    .target(name: "Drives", dependencies: ["Model", "Geo"], path: "Tests/Drives", swiftSettings: settings),
    tests(of: "Rules", ["Model", "Geo", "CEL", "Config", "Chance", "Drives"], cases: ["Cases", "Mistakes"]),
    // Tells what is written, synced, renamed and deleted, for tests of what a power cut leaves.
    .target(name: "CDiskTrace", path: "Tests/CDiskTrace"),
    tests(of: "Journal", ["CDiskTrace", "CSQLite"]),
    tests(of: "Inputs", cases: ["Modbus/Peers/pymodbus_server.py", "Profiles/profile_server.py", "Serial/Cases"]),
    // Authorities, certificates and servers for tests, with their ports and processes.
    .target(name: "Certificates", path: "Tests/Certificates", swiftSettings: settings),
    tests(
      of: "Trust",
      [
        "Certificates", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOTLS", package: "swift-nio"),
      ]),
    tests(
      of: "Uplinks",
      [
        "CMosquitto", "Deflate", "Trust", "Certificates", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      cases: [
        "Formats/Cases", "Formats/read.py", "SocketIO/server.py", "Sparkplug/host.py",
        "WebSocket/hostile.py", "WebSocket/receiver.py",
      ]),
    tests(
      of: "Gateway",
      [
        "Model", "Geo", "Config", "Rules", "Journal", "Inputs", "Uplinks", "CSQLite", "Chance", "waypost", log,
        lifecycle,
      ],
      cases: ["Schema/validate.py"]),
    // Real processes: `waypost` itself, gpsd, mosquitto. The executable is a dependency so that it is built first.
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["waypost", "Model", "Journal", "Geo", "Config", "CMosquitto", "Drives", "Certificates"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
