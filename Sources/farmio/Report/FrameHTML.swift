import FrameEngine
import Mover

/// Verified frames as one HTML page that needs nothing beside it: thumbnails are inside, the bad
/// areas are drawn over them, and frames are filtered by style sheet alone, without a script.
struct FrameHTML {
  private let title: String
  private var cards = ""
  private var sequences = ""
  private var counts: [FrameReport.Status: Int] = [:]
  private var thumbnails = 0

  /// Thumbnails of sound frames beyond this many are left out: a page of thousands must still open.
  private static let soundThumbnails = 400
  /// Thumbnails of all frames.
  private static let allThumbnails = 2_000
  /// Areas drawn over one thumbnail.
  private static let areasPerFrame = 200
  /// Findings listed under one frame.
  private static let findingsPerFrame = 100

  /// An empty page.
  init(title: String) {
    self.title = title
  }

  /// A small picture of a frame: the JPEG bytes and the pixels that it shows.
  struct Thumbnail {
    let jpeg: [UInt8]
    let window: Window
  }

  /// Whether there is still room for the picture of a frame.
  func takesPicture(of report: FrameReport) -> Bool {
    thumbnails < (report.status == .sound ? FrameHTML.soundThumbnails : FrameHTML.allThumbnails)
  }

  /// Adds a frame, and its picture if there is one.
  mutating func add(_ report: FrameReport, _ thumbnail: Thumbnail?) {
    counts[report.status, default: 0] += 1
    cards += "<article class=\"\(report.status.rawValue)\">\n"
    cards +=
      "<h2>\(FrameHTML.symbol(report.status)) \(MarkupText.escaped(report.file.path.description))"
    cards += "</h2>\n"
    if let thumbnail, takesPicture(of: report) {
      thumbnails += 1
      cards += picture(of: report, thumbnail)
    }
    cards += facts(of: report) + list(report.findings)
    cards += "</article>\n"
  }

  /// Adds what was found about a sequence as a whole.
  mutating func add(sequence name: String, _ findings: [Finding]) {
    guard !findings.isEmpty else { return }
    sequences += "<section><h2>\(MarkupText.escaped(name))</h2>\n\(list(findings))</section>\n"
  }

  /// The whole page.
  var page: String {
    let summary = FrameReport.Status.allCases
      .map {
        "<b class=\"\($0.rawValue)\">\(Wording.count(counts[$0, default: 0])) \($0.rawValue)</b>"
      }
      .joined(separator: " ")
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(MarkupText.escaped(title))</title>
      <style>\(FrameHTML.style)</style></head><body>
      <h1>\(MarkupText.escaped(title))</h1>
      <p class="summary">\(summary)</p>
      <input type="radio" name="show" id="all" checked><label for="all">all frames</label>
      <input type="radio" name="show" id="faults"><label for="faults">only those with findings</label>
      \(sequences)<main>
      \(cards)</main></body></html>

      """
  }

  private func picture(of report: FrameReport, _ thumbnail: Thumbnail) -> String {
    let window = thumbnail.window
    let box =
      "x=\"\(window.minX)\" y=\"\(window.minY)\" width=\"\(window.width)\" height=\"\(window.height)\""
    var svg =
      "<svg role=\"img\" viewBox=\"\(window.minX) \(window.minY) \(window.width) \(window.height)\">"
    svg += "<image \(box) preserveAspectRatio=\"none\" href=\"data:image/jpeg;base64,"
    svg += Base64.text(thumbnail.jpeg) + "\"/>"
    for finding in report.findings.prefix(FrameHTML.areasPerFrame) {
      guard let area = finding.place.window, finding.place.level == nil else { continue }
      // An area of few pixels would be invisible: it grows to a hundredth of the frame.
      let least = max(window.width, window.height) / 100
      let width = max(area.width, least)
      let height = max(area.height, least)
      svg += "<rect class=\"\(finding.severity.rawValue)\" x=\"\(area.minX)\" y=\"\(area.minY)\""
      svg += " width=\"\(width)\" height=\"\(height)\">"
      svg += "<title>\(MarkupText.escaped(FindingText.line(finding)))</title></rect>"
    }
    return svg + "</svg>\n"
  }

  private func facts(of report: FrameReport) -> String {
    var facts = [Wording.size(Int64(report.byteCount))]
    for part in report.parts {
      let window = part.part.dataWindow
      facts.append(
        "\(window.width) × \(window.height), \(Wording.count(part.part.channels.count, "channel")), "
          + part.part.codec.name)
    }
    if let failure = report.failure { facts.append(failure.description) }
    return "<p>" + facts.map(MarkupText.escaped).joined(separator: "<br>") + "</p>\n"
  }

  private func list(_ findings: [Finding]) -> String {
    guard !findings.isEmpty else { return "" }
    var list = "<ul>\n"
    for finding in findings.prefix(FrameHTML.findingsPerFrame) {
      let place = FindingText.place(of: finding)
      list += "<li class=\"\(finding.severity.rawValue)\"><code>\(finding.code.rawValue)</code> "
      list += MarkupText.escaped(finding.text)
      if !place.isEmpty { list += " <small>\(MarkupText.escaped(place))</small>" }
      list += "</li>\n"
    }
    let left = findings.count - FrameHTML.findingsPerFrame
    if left > 0 { list += "<li>and \(Wording.count(left)) more</li>\n" }
    return list + "</ul>\n"
  }

  private static func symbol(_ status: FrameReport.Status) -> String {
    switch status {
    case .sound: "✓"
    case .doubtful: "?"
    case .bad: "✗"
    case .unreadable: "–"
    }
  }

  private static let style = """
    :root{color-scheme:light dark;--bad:#d6336c;--doubt:#e67700;--ok:#2b8a3e}
    body{font:15px/1.45 system-ui,sans-serif;margin:2rem;max-width:110rem}
    h1{font-size:1.4rem}h2{font-size:.95rem;margin:.2rem 0;overflow-wrap:anywhere}
    main{display:grid;grid-template-columns:repeat(auto-fill,minmax(21rem,1fr));gap:1rem}
    article,section{border:1px solid #8885;border-left:.4rem solid var(--ok);border-radius:.4rem;\
    padding:.6rem .8rem}
    article.bad,article.unreadable,section{border-left-color:var(--bad)}
    article.doubtful{border-left-color:var(--doubt)}
    section{margin:1rem 0}.summary b{margin-right:1.2rem}
    b.bad,b.unreadable,article.bad h2,article.unreadable h2{color:var(--bad)}
    b.doubtful,article.doubtful h2{color:var(--doubt)}b.sound{color:var(--ok)}
    svg{width:100%;max-height:16rem;background:#000}
    rect{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
    rect.error{stroke:#ff4d6d;fill:#ff4d6d40}rect.warning{stroke:#ffa94d}
    rect.information{stroke:#74c0fc}
    ul{padding-left:1.1rem;margin:.4rem 0}li{margin:.2rem 0}small{opacity:.75}
    li.error code{color:var(--bad)}li.warning code{color:var(--doubt)}
    label{margin-right:1rem}#faults:checked~main article.sound{display:none}
    """
}
