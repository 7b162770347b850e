import FrameEngine
import Testing

@testable import Mover

/// Addresses of NFS servers.
@Suite struct NFSPlaceTests {
  private func place(_ text: String) -> NFSPlace? {
    guard case .nfs(let typed) = StoreAddress(FileName(text)) else { return nil }
    return NFSPlace(typed)
  }

  @Test func serverPortsAndPathAreTold() {
    let plain = place("nfs://filer/vol/show/")
    #expect(plain?.server == "filer")
    #expect(plain?.ports == NFSAddress.Ports())
    #expect(plain?.path == Array("/vol/show".utf8))
    #expect(place("nfs://filer:2049/vol")?.ports.nfs == 2049)
    let ports = place("nfs://filer:1/vol?nfsport=20490&mountport=20491")?.ports
    #expect(ports == NFSAddress.Ports(nfs: 20_490, mount: 20_491))
  }

  @Test func whatMeansNothingIsRefused() {
    for text in [
      "nfs://filer/v?port=1", "nfs://filer/v?nfsport=0", "nfs://filer/v?nfsport=70000",
      "nfs://filer/v?nfsport", "nfs://filer/v?nfsport=1=2",
    ] {
      #expect(place(text) == nil)
    }
  }

  @Test func anExportsNameIsItsAddress() {
    let export = NFSAddress(server: "filer", export: Array("/vol".utf8))
    #expect(export.name == "nfs://filer/vol")
    let root = NFSAddress(server: "filer", ports: .init(nfs: 7), export: Array("/".utf8))
    #expect(root.name == "nfs://filer:7")
  }
}
