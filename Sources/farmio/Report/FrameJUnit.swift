import FrameEngine
import Mover

/// Verified frames as a JUnit XML document, which CI systems show as tests: one suite a run, one
/// test a frame. Errors are failures; warnings stand in the test's output.
struct FrameJUnit {
  private var cases = ""
  private var tests = 0
  private var failures = 0
  private var errors = 0
  private var duration = Duration.zero

  /// Adds a frame.
  mutating func add(_ report: FrameReport) {
    tests += 1
    duration += report.duration
    let name = MarkupText.escaped(report.file.path.description)
    cases += "  <testcase name=\"\(name)\" classname=\"farmio.verify\""
    cases += " time=\"\(FrameJUnit.seconds(report.duration))\">\n"
    if let failure = report.failure {
      errors += 1
      cases +=
        "    <error type=\"unreadable\" message=\"\(MarkupText.escaped(failure.description))\"/>\n"
    }
    let bad = report.findings.filter { $0.severity == .error }
    if !bad.isEmpty { failures += 1 }
    add(bad)
    add(output: report.findings.filter { $0.severity != .error })
    cases += "  </testcase>\n"
  }

  /// Adds what was found about the sequence as a whole.
  mutating func add(sequence name: String, _ findings: [Finding]) {
    tests += 1
    cases += "  <testcase name=\"\(MarkupText.escaped(name))\" classname=\"farmio.sequence\">\n"
    let bad = findings.filter { $0.severity == .error }
    if !bad.isEmpty { failures += 1 }
    add(bad)
    add(output: findings.filter { $0.severity != .error })
    cases += "  </testcase>\n"
  }

  /// The whole document.
  var document: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuite name="farmio verify" tests="\(tests)" failures="\(failures)" errors="\(errors)" \
    time="\(FrameJUnit.seconds(duration))">
    \(cases)</testsuite>

    """
  }

  private mutating func add(_ findings: [Finding]) {
    guard let first = findings.first else { return }
    let lines = findings.map(FindingText.line).joined(separator: "\n")
    cases += "    <failure type=\"\(first.code.rawValue)\""
    cases += " message=\"\(MarkupText.escaped(FindingText.line(first)))\">"
    cases += MarkupText.escaped(lines) + "</failure>\n"
  }

  private mutating func add(output findings: [Finding]) {
    guard !findings.isEmpty else { return }
    let lines = findings.map { "\($0.severity.rawValue): \(FindingText.line($0))" }
    let text = MarkupText.escaped(lines.joined(separator: "\n"))
    cases += "    <system-out>\(text)</system-out>\n"
  }

  private static func seconds(_ duration: Duration) -> String {
    Wording.decimals(duration / .seconds(1), 3)
  }
}
