import FrameEngine
import Glibc

@testable import Mover

/// Places whose stores must keep the contract of `Store`: memory and a folder always, bare and
/// decorated; a bucket where `FARMIO_TEST_S3` or `FARMIO_TEST_OCI` names an endpoint (and
/// `FARMIO_TEST_S3_BUCKET` or `FARMIO_TEST_OCI_BUCKET` a bucket, else `conformance`), with
/// credentials as the tools of AWS and Oracle take them from variables; a folder of an NFS server
/// where `FARMIO_TEST_NFS` is its address; a share where `TestShare` has one.
enum StorePlace: String, CaseIterable, CustomStringConvertible {
  case memory
  case folder
  /// Every decorator around a folder, with a limit that nothing here comes near.
  case decorated
  /// Memory behind a limit that cuts large reads into many, on a clock that does not hold up.
  case limited
  case s3
  case oci
  case nfs
  case share

  var description: String { rawValue }

  static var available: [StorePlace] {
    allCases.filter { place in
      switch place {
      case .memory, .folder, .decorated, .limited: true
      case .s3: variable("FARMIO_TEST_S3") != nil
      case .oci: variable("FARMIO_TEST_OCI") != nil
      case .nfs: DiskPlace.available.contains(.nfs)
      case .share: TestShare.isThere
      }
    }
  }

  /// Whether something of a killed writer can be left there.
  var keepsAbandoned: Bool { self != .memory && self != .limited }

  /// Whether what a living writer has open cannot be removed.
  var locksOpenFiles: Bool { self == .share }

  /// A fresh place.
  func make() throws -> Site {
    switch self {
    case .memory:
      let store = MemoryStore()
      return try Site { store }
    case .folder:
      let folder = try TemporaryFolder()
      return try Site { try FileStore(disk: ThreadDisk(), path: folder.path) }
    case .nfs:
      let site = try DiskPlace.nfs.make()
      return try Site {
        FileStore(
          disk: site.disk, root: try site.disk.open(site.path, in: .current, .folder),
          place: site.path.description)
      }
    case .decorated:
      let folder = try TemporaryFolder()
      let limiter = RateLimiter(RateTimetable(bytesPerSecond: 1 << 40))
      return try Site {
        let store = try FileStore(disk: ThreadDisk(), path: folder.path)
        return LimitingStore(MeteringStore(store), limiter, cancellation: CancelToken())
      }
    case .limited:
      let store = MemoryStore()
      let limiter = RateLimiter(
        RateTimetable(bytesPerSecond: 100_000), clock: VirtualClock(seconds: 1),
        minuteOfWeek: { _ in 0 })
      return try Site { LimitingStore(store, limiter, cancellation: CancelToken()) }
    case .s3:
      let (service, prefix) = (try StorePlace.service(), StorePlace.freshPrefix())
      return try Site { ObjectStore(service, prefix: prefix) }
    case .oci:
      let (service, prefix) = (try StorePlace.oracleService(), StorePlace.freshPrefix())
      return try Site { ObjectStore(service, prefix: prefix) }
    case .share:
      let folder = try TestShare.makeFolder(on: try TestShare.open())
      return try Site { try FileStore(disk: try TestShare.open(), path: folder) }
    }
  }

  private static func freshPrefix() -> String {
    "test-\(String(UInt64.random(in: .min ... .max), radix: 16))/"
  }

  private static func service() throws -> S3Service {
    let configuration = S3Configuration(
      variable: { variable($0 == "AWS_ENDPOINT_URL" ? "FARMIO_TEST_S3" : $0) },
      credentialsFile: INIFile([]), configFile: INIFile([]))
    let bucket = variable("FARMIO_TEST_S3_BUCKET") ?? "conformance"
    return S3Service(
      try configuration.endpoint(for: bucket), bucket: bucket, client: HTTPClient())
  }

  /// In the namespace `testspace`, with the key of `OCI_CLI_KEY_CONTENT`.
  static func oracleService() throws -> OCIService {
    let configuration = try OCIConfiguration(
      variable: { variable($0 == "OCI_CLI_ENDPOINT" ? "FARMIO_TEST_OCI" : $0) },
      read: { _ throws(OCIConfiguration.Failure) in nil })
    let client = HTTPClient()
    return OCIService(
      try configuration.endpoint(client: client), namespace: "testspace",
      bucket: variable("FARMIO_TEST_OCI_BUCKET") ?? "conformance", client: client)
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}

/// A place and a store on it; `another` is a second one on the same place, as of another process.
struct Site: Sendable {
  let store: any Store
  private let open: @Sendable () throws -> any Store

  init(_ open: @escaping @Sendable () throws -> any Store) throws {
    self.open = open
    store = try open()
  }

  func another() throws -> any Store { try open() }
}

extension Site {
  /// Bytes of `name` from `offset`.
  func read(_ name: String, at offset: Int64, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    return try Array(bytes[..<store.read(name, at: offset, into: &buffer)])
  }

  /// An upload of `name` with `bytes` appended, `step` at a time.
  func upload(_ name: String, _ bytes: [UInt8], step: Int) throws -> any Upload {
    let upload = try store.makeUpload(name)
    for start in stride(from: 0, to: bytes.count, by: step) {
      try upload.append(unsafe bytes[start..<min(start + step, bytes.count)].span.bytes)
    }
    return upload
  }
}
