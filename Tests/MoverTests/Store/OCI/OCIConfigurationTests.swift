import Testing

@testable import Mover

@Suite struct OCIConfigurationTests {
  private let user = [
    "OCI_CLI_USER": "u", "OCI_CLI_TENANCY": "t", "OCI_CLI_KEY_FILE": "/k",
    "OCI_CLI_FINGERPRINT": "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34",
  ]

  private func configuration(
    _ variables: [String: String], _ files: [String: String] = [:]
  ) throws -> OCIConfiguration {
    let variables = ["HOME": "/h"].merging(variables) { $1 }
    return try OCIConfiguration(
      variable: { variables[$0] },
      read: { path throws(OCIConfiguration.Failure) in files[path].map { Array($0.utf8) } })
  }

  private func failure(_ body: () throws -> Void) -> String {
    do { try body() } catch let failure as OCIConfiguration.Failure { return failure.reason } catch
    {
      return "\(error)"
    }
    return ""
  }

  @Test func variablesWinOverTheFile() throws {
    let files = ["/h/.oci/config": "[DEFAULT]\nregion=eu-zurich-1\n[X]\nregion=uk-london-1\n"]
    #expect(try configuration([:], files).region()?.name == "eu-zurich-1")
    #expect(try configuration(["OCI_CLI_PROFILE": "X"], files).region()?.name == "uk-london-1")
    #expect(try configuration(["OCI_CLI_PROFILE": "Y"], files).region()?.name == "eu-zurich-1")
    #expect(try configuration(["OCI_CLI_REGION": "phx"], files).region()?.name == "us-phoenix-1")
    #expect(try configuration(["OCI_REGION": "phx"], files).region()?.name == "eu-zurich-1")
    #expect(try configuration(["OCI_REGION": "phx"]).region()?.name == "us-phoenix-1")
    #expect(try configuration([:]).region() == nil)
  }

  @Test func filesAreLookedForInTheirOrder() throws {
    let old = "[DEFAULT]\nregion=old\n"
    let files = [
      "/h/.oraclebmc/config": old, "/named": "[DEFAULT]\nregion=named\n",
      "/h/x": "[DEFAULT]\nregion=cli\n",
    ]
    #expect(try configuration([:], files).region()?.name == "old")
    #expect(try configuration(["OCI_CONFIG_FILE": "/named"], files).region()?.name == "named")
    #expect(try configuration(["OCI_CLI_CONFIG_FILE": "~/x"], files).region()?.name == "cli")
    let usual = files.merging(["/h/.oci/config": "[DEFAULT]\nregion=usual\n"]) { $1 }
    #expect(try configuration(["OCI_CONFIG_FILE": "/named"], usual).region()?.name == "usual")
    let missing = failure { _ = try configuration(["OCI_CLI_CONFIG_FILE": "/no"], files) }
    #expect(missing.contains("'/no'"))
  }

  @Test func whatIsMissingIsNamed() throws {
    for name in ["USER", "TENANCY", "FINGERPRINT", "KEY_FILE"] {
      var variables = user
      variables["OCI_CLI_\(name)"] = nil
      let reason = failure { _ = try configuration(variables).keySigner() }
      #expect(reason.contains("'\(name.lowercased())'"), "\(reason)")
    }
    #expect(failure { _ = try configuration(user).keySigner() }.contains("'/k'"))
    let key = failure { _ = try configuration(user, ["/k": "no key"]).keySigner() }
    #expect(key.contains("no private key"))
    let print = user.merging(["OCI_CLI_FINGERPRINT": "20:3B"]) { $1 }
    #expect(failure { _ = try configuration(print).keySigner() }.contains("16 pairs"))
    let inside = user.merging(["OCI_CLI_KEY_FILE": ""]) { $1 }
    let held = failure {
      _ = try configuration(inside, ["/h/.oci/config": "[DEFAULT]\nkey_content=x\n"]).keySigner()
    }
    #expect(held.contains("key_content"))
  }

  @Test func theWayToAskIsChosen() throws {
    #expect(try configuration([:]).method() == .apiKey)
    #expect(
      try configuration(["OCI_CLI_AUTH": "instance_principal"]).method() == .instancePrincipal)
    #expect(
      try configuration([:], ["/h/.oci/config": "[DEFAULT]\nsecurity_token_file=/t\n"]).method()
        == .securityToken)
    let other = failure { _ = try configuration(["OCI_CLI_AUTH": "magic"]).method() }
    #expect(other.contains("magic"))
  }

  @Test func endpointsAreAddressesAndNothingMore() throws {
    let good = try configuration(["OCI_CLI_ENDPOINT": "http://127.0.0.1:81/"]).endpoint()
    #expect(good?.scheme == "http" && good?.host == "127.0.0.1:81")
    for bad in ["127.0.0.1", "ftp://x", "https://", "https://u@h", "https://h/p", "http://[::1]:1"]
    {
      let reason = failure { _ = try configuration(["OCI_CLI_ENDPOINT": bad]).endpoint() }
      #expect(reason.contains(bad))
    }
  }

  @Test func regionsAreData() throws {
    #expect(OCIRegion("iad")?.objectStorage == "objectstorage.us-ashburn-1.oraclecloud.com")
    #expect(OCIRegion("us-gov-ashburn-1")?.domain == "oraclegovcloud.com")
    #expect(OCIRegion("eu-frankfurt-2")?.domain == "oraclecloud.eu")
    #expect(OCIRegion("xx-new-1")?.domain == "oraclecloud.com")
    #expect(
      OCIRegion("SNN")?.federation == "https://auth.eu-dcc-dublin-2.oraclecloud14.com/v1/x509")
    for bad in ["", "a/b", "a b", "a@b", "é"] { #expect(OCIRegion(bad) == nil) }
    let described =
      #"{"realmKey":"oc99","realmDomainComponent":"oraclecloud99.com","regionKey":"NEW","#
      + #""regionIdentifier":"xx-new-1"}"#
    let fromVariable = try configuration(
      ["OCI_REGION_METADATA": described, "OCI_CLI_REGION": "new"])
    #expect(try fromVariable.region()?.objectStorage == "objectstorage.xx-new-1.oraclecloud99.com")
    let fromFile = try configuration(
      ["OCI_CLI_REGION": "xx-new-1"], ["/h/.oci/regions-config.json": "[\(described)]"])
    #expect(try fromFile.region()?.domain == "oraclecloud99.com")
    #expect(failure { _ = try configuration(["OCI_CLI_REGION": "a/b"]).region() }.contains("a/b"))
  }
}
