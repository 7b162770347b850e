/// A region of Oracle's cloud, and the domain of the realm it belongs to.
struct OCIRegion: Hashable, Sendable {
  /// As it stands in host names: `us-phoenix-1`.
  let name: String
  /// Of its realm: `oraclecloud.com`.
  let domain: String

  /// The host of Object Storage.
  var objectStorage: String { "objectstorage.\(name).\(domain)" }
  /// Where certificates of instances are changed for tokens.
  var federation: String { "https://auth.\(name).\(domain)/v1/x509" }

  /// The most bytes of a text that describes regions.
  static let descriptionLimit = 1 << 20

  /// The region of a name, or of its short code such as `phx`. What `descriptions` say comes before
  /// the table; a region that neither knows is of the commercial realm. `nil` if the name has
  /// characters that no host has.
  init?(_ text: String, descriptions: [Description] = []) {
    let text = text.lowercased()
    guard OCIRegion.isHostName(text) else { return nil }
    if let known = descriptions.first(where: { $0.name == text || $0.code == text }) {
      (name, domain) = (known.name, known.domain)
      return
    }
    for (domain, regions) in OCIRegion.realms {
      for entry in regions.split(separator: " ") {
        let parts = entry.split(separator: ":")
        if text == parts[0] || text == parts[1] {
          name = String(parts[1])
          self.domain = domain
          return
        }
      }
    }
    (name, domain) = (text, OCIRegion.realms[0].domain)
  }

  /// Whether the table has this name or short code.
  static func isKnown(_ text: String) -> Bool {
    realms.contains { realm in
      realm.regions.split(separator: " ").contains { entry in
        entry.split(separator: ":").contains { $0 == text.lowercased() }
      }
    }
  }

  /// A region as JSON describes it: in `OCI_REGION_METADATA`, in `~/.oci/regions-config.json`, and
  /// in the metadata of instances.
  struct Description: Hashable, Sendable {
    let name: String
    let code: String
    let domain: String

    /// The region of an object; `nil` if it names none.
    init?(_ value: JSONValue) {
      guard let name = value["regionIdentifier"]?.text?.lowercased(),
        let domain = value["realmDomainComponent"]?.text?.lowercased(),
        OCIRegion.isHostName(name), OCIRegion.isHostName(domain)
      else { return nil }
      self.name = name
      self.domain = domain
      code = value["regionKey"]?.text?.lowercased() ?? name
    }
  }

  private static func isHostName(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
  }

  /// Each realm's domain, and its regions with their short codes. The commercial realm comes first.
  private static let realms: [(domain: String, regions: String)] = [
    (
      "oraclecloud.com",
      "lej:af-casablanca-1 jnb:af-johannesburg-1 hsg:ap-batam-1 yny:ap-chuncheon-1 "
        + "onm:ap-delhi-1 hyd:ap-hyderabad-1 jbp:ap-kulai-2 mel:ap-melbourne-1 bom:ap-mumbai-1 "
        + "kix:ap-osaka-1 icn:ap-seoul-1 sin:ap-singapore-1 xsp:ap-singapore-2 syd:ap-sydney-1 "
        + "nrt:ap-tokyo-1 yul:ca-montreal-1 yyz:ca-toronto-1 ams:eu-amsterdam-1 "
        + "fra:eu-frankfurt-1 mad:eu-madrid-1 orf:eu-madrid-3 mrs:eu-marseille-1 lin:eu-milan-1 "
        + "cdg:eu-paris-1 arn:eu-stockholm-1 nrq:eu-turin-1 zrh:eu-zurich-1 mtz:il-jerusalem-1 "
        + "auh:me-abudhabi-1 dxb:me-dubai-1 jed:me-jeddah-1 ruh:me-riyadh-1 mty:mx-monterrey-1 "
        + "qro:mx-queretaro-1 bog:sa-bogota-1 scl:sa-santiago-1 gru:sa-saopaulo-1 "
        + "vap:sa-valparaiso-1 vcp:sa-vinhedo-1 cwl:uk-cardiff-1 lhr:uk-london-1 "
        + "iad:us-ashburn-1 ord:us-chicago-1 phx:us-phoenix-1 aga:us-saltlake-2 "
        + "sjc:us-sanjose-1"
    ),
    (
      "oraclegovcloud.com",
      "lfi:us-langley-1 luf:us-luke-1"
    ),
    (
      "oraclegovcloud.com",
      "ric:us-gov-ashburn-1 pia:us-gov-chicago-1 tus:us-gov-phoenix-1"
    ),
    (
      "oraclegovcloud.uk",
      "brs:uk-gov-cardiff-1 ltn:uk-gov-london-1"
    ),
    (
      "oraclecloud8.com",
      "nja:ap-chiyoda-1 ukb:ap-ibaraki-1"
    ),
    (
      "oraclecloud9.com",
      "mct:me-dcc-muscat-1 ibr:me-ibri-1"
    ),
    (
      "oraclecloud10.com",
      "wga:ap-dcc-canberra-1"
    ),
    (
      "oraclecloud14.com",
      "ork:eu-dcc-dublin-1 snn:eu-dcc-dublin-2 bgy:eu-dcc-milan-1 mxp:eu-dcc-milan-2 "
        + "dus:eu-dcc-rating-1 dtm:eu-dcc-rating-2"
    ),
    (
      "oraclecloud15.com",
      "dac:ap-dcc-gazipur-1"
    ),
    (
      "oraclecloud.eu",
      "str:eu-frankfurt-2 vll:eu-madrid-2"
    ),
    (
      "oraclecloud20.com",
      "beg:eu-jovanovac-1"
    ),
    (
      "oraclecloud21.com",
      "vve:me-alrayyan-1 doh:me-dcc-doha-1"
    ),
    (
      "oraclecloud23.com",
      "ebb:us-somerset-1 ebl:us-thames-1"
    ),
    (
      "oraclecloud24.com",
      "avf:eu-crissier-1 avz:eu-dcc-zurich-1"
    ),
    (
      "oraclecloud26.com",
      "ahu:me-abudhabi-3 rba:me-alain-1"
    ),
    (
      "oraclecloud29.com",
      "rkt:me-abudhabi-2 shj:me-abudhabi-4"
    ),
    (
      "oraclecloud35.com",
      "bno:ap-chuncheon-2 dtz:ap-seoul-2 dln:ap-suwon-1"
    ),
    (
      "oraclecloud42.com",
      "yxj:us-ashburn-2 pgc:us-newark-1"
    ),
    (
      "oraclecloud51.com",
      "jsk:eu-budapest-1"
    ),
    (
      "oraclecloud52.com",
      "hnw:sa-riodejaneiro-1"
    ),
  ]
}
