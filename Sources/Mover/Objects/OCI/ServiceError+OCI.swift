extension ServiceError {
  /// What a failing answer of Oracle's services says: JSON with code and message, nothing for HEAD,
  /// or a page of whoever stands in between.
  init(oci response: HTTPResponse, message: String? = nil) {
    let document = JSONValue(parsing: response.body)
    self.init(
      status: response.status, code: document?["code"]?.text ?? "",
      message: message ?? document?["message"]?.text
        ?? ServiceError.plainText(response.body),
      requestID: response["opc-request-id"],
      retryAfter: response["retry-after"].flatMap { Int($0) }.map { .seconds($0) })
  }

  /// A body that is no JSON, as far as it can be shown.
  private static func plainText(_ body: [UInt8]) -> String {
    let text = String(decoding: body.prefix(300), as: UTF8.self)
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      .filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
  }
}
