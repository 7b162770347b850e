// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target of our own: strict memory safety, and no warning survives.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let kernels: [CSetting] = [
  .unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])
]

/// OpenEXR's C++ library, for the decoder program alone.
let openEXR: [CXXSetting] = [
  .unsafeFlags([
    "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-isystem", "/usr/include/OpenEXR",
    "-isystem", "/usr/include/Imath",
  ])
]

/// Samba's client library, for the SMB program alone.
let samba: [CXXSetting] = [
  .unsafeFlags([
    "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-isystem", "/usr/include/samba-4.0",
  ])
]

/// One executable for each parser of foreign bytes; `Tests/Fuzz/run` builds them, nothing else does.
let fuzzers =
  Context.environment["FARMIO_FUZZ"] == nil
  ? []
  : [
    "Pack", "Index", "Tree", "Record", "Filter", "Payload", "Container", "Codec", "Manifest",
    "Canary",
  ]

let fuzzProducts: [Product] = fuzzers.map {
  .executable(name: "fuzz-\($0.lowercased())", targets: ["Fuzz\($0)"])
}

let fuzzTargets: [Target] =
  fuzzers.map {
    .executableTarget(
      name: "Fuzz\($0)", dependencies: ["FuzzSupport", "FrameEngine", "Mover"],
      path: "Tests/Fuzz/\($0)", swiftSettings: strict)
  }
  + (fuzzers.isEmpty
    ? [] : [.target(name: "FuzzSupport", path: "Tests/Fuzz/Support", swiftSettings: strict)])

let package = Package(
  name: "farmio",
  products: [
    .executable(name: "farmio", targets: ["farmio"]),
    .executable(name: "farmio-decoder", targets: ["FrameDecoder"]),
    .executable(name: "farmio-smb", targets: ["ShareClient"]),
    .library(name: "Mover", targets: ["Mover"]),
    .library(name: "FrameEngine", targets: ["FrameEngine"]),
  ] + fuzzProducts,
  traits: [
    .trait(
      name: "FaultInjection",
      description: "Faults at numbered disk operations, for the crash rigs."),
    .trait(
      name: "Fuzzing",
      description: "Parsers skip digest comparison, so that a fuzzer can reach them."),
  ],
  targets: [
    .systemLibrary(name: "CZstd"),
    .systemLibrary(name: "CUring"),
    .systemLibrary(name: "CSodium"),
    .systemLibrary(name: "COpenSSL"),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CDeflate"),
    .systemLibrary(name: "CPNG"),
    .systemLibrary(name: "CJPEG"),
    .systemLibrary(name: "CYAML"),
    .systemLibrary(name: "CCurl"),
    .systemLibrary(name: "CExpat"),
    .systemLibrary(name: "CNFS"),
    .systemLibrary(name: "CFuse"),
    .target(name: "CKernels", cSettings: kernels),
    .executableTarget(
      name: "FrameDecoder", cxxSettings: openEXR,
      linkerSettings: [.linkedLibrary("OpenEXR-3_1"), .linkedLibrary("Iex-3_1")]),
    .executableTarget(
      name: "ShareClient", cxxSettings: samba, linkerSettings: [.linkedLibrary("smbclient")]),
    .target(
      name: "FrameEngine", dependencies: ["CKernels", "CZstd", "CDeflate", "CPNG", "CJPEG"],
      swiftSettings: strict),
    .target(
      name: "Mover",
      dependencies: [
        "FrameEngine", "CUring", "CLinux", "CSodium", "COpenSSL", "CYAML", "CCurl", "CExpat",
        "CNFS", "CFuse",
      ],
      resources: [.embedInCode("Frames/Profiles")], swiftSettings: strict),
    .executableTarget(
      name: "farmio", dependencies: ["Mover", "FrameEngine", "CLinux"], swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks", dependencies: ["Mover", "FrameEngine", "CKernels", "CLinux"],
      path: "Benchmarks", exclude: ["History", "Peers"], swiftSettings: strict),
    .testTarget(
      name: "FrameEngineTests", dependencies: ["FrameEngine", "CKernels", "CLinux"],
      swiftSettings: strict),
    .testTarget(
      name: "MoverTests", dependencies: ["Mover", "FrameEngine", "CLinux"], swiftSettings: strict),
    .testTarget(name: "TidyTests"),
    .testTarget(
      name: "FarmioTests", dependencies: ["farmio", "Mover", "FrameEngine", "CLinux"],
      swiftSettings: strict),
  ] + fuzzTargets,
  swiftLanguageModes: [.v6]
)
