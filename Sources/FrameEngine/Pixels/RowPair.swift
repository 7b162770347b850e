internal import CKernels

/// How far two rows are apart; the fields are those of `farmio_pixel_distance`, with the first and
/// the last sample that differ.
struct RowDistance: Hashable {
  var differing = 0
  var unmeasured = 0
  var greatest = 0.0
  var sum = 0.0
  var squares = 0.0
  var first = 0
  var last = 0
}

/// A row of samples in either of two chunks.
struct RowPair {
  let count: Int
  let leftOffset: Int
  let leftType: PixelType
  let rightOffset: Int
  let rightType: PixelType

  /// How far the rows are apart; `columns`, unless empty, are raised to the distances.
  func distance(_ left: RawSpan, _ right: RawSpan, columns: inout [Float]) -> RowDistance {
    precondition(leftOffset + count * leftType.byteCount <= left.byteCount, "a row of the chunk")
    precondition(rightOffset + count * rightType.byteCount <= right.byteCount, "a row of the chunk")
    precondition(columns.isEmpty || columns.count >= count, "a column for every sample")
    guard leftType == rightType, leftType != .uint else {
      return scalarDistance(left, right, columns: &columns)
    }
    let seen = kernelDistance(left, right, columns: &columns)
    guard seen.differing > 0 else { return RowDistance() }
    // The kernel tells the sixteen samples among which they are.
    func differs(_ index: Int) -> Bool {
      let (a, b) = values(left, right, index)
      return a != b && !(a.isNaN && b.isNaN)
    }
    var first = Int(seen.first_group)
    while first < count - 1, !differs(first) { first += 1 }
    var last = min(count, Int(seen.last_group) + 16) - 1
    while last > first, !differs(last) { last -= 1 }
    return RowDistance(
      differing: Int(seen.differing), unmeasured: Int(seen.unmeasured), greatest: seen.greatest,
      sum: seen.sum, squares: seen.squares, first: first, last: last)
  }

  private func kernelDistance(
    _ left: RawSpan, _ right: RawSpan, columns: inout [Float]
  ) -> farmio_pixel_distance {
    var seen = farmio_pixel_distance()
    unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        unsafe columns.withUnsafeMutableBufferPointer { columns in
          guard let a = left.baseAddress, let b = right.baseAddress else { return }
          let from = unsafe (a + leftOffset).assumingMemoryBound(to: UInt8.self)
          let to = unsafe (b + rightOffset).assumingMemoryBound(to: UInt8.self)
          let raised = columns.isEmpty ? nil : columns.baseAddress
          if leftType == .half {
            unsafe farmio_pixel_compare_half(from, to, count, raised, &seen)
          } else {
            unsafe farmio_pixel_compare_float(from, to, count, raised, &seen)
          }
        }
      }
    }
    return seen
  }

  /// The comparison one sample at a time: the specification that every kernel must agree with.
  func scalarDistance(_ left: RawSpan, _ right: RawSpan, columns: inout [Float]) -> RowDistance {
    var row = RowDistance()
    var sums = [Double](repeating: 0, count: ScalarSurvey.lanes)
    var squares = sums
    for index in 0..<count {
      let (a, b) = values(left, right, index)
      if a == b || a.isNaN && b.isNaN { continue }
      if row.differing == 0 { row.first = index }
      row.last = index
      row.differing += 1
      guard a.isFinite && b.isFinite else {
        row.unmeasured += 1
        if !columns.isEmpty { columns[index] = .infinity }
        continue
      }
      let apart = abs(a - b)
      row.greatest = max(row.greatest, apart)
      sums[index % ScalarSurvey.lanes] += apart
      squares[index % ScalarSurvey.lanes] += apart * apart
      if !columns.isEmpty { columns[index] = max(columns[index], Float(apart)) }
    }
    row.sum = sums.reduce(0, +)
    row.squares = squares.reduce(0, +)
    return row
  }

  private func values(_ left: RawSpan, _ right: RawSpan, _ index: Int) -> (Double, Double) {
    (
      left.sample(at: leftOffset + index * leftType.byteCount, leftType),
      right.sample(at: rightOffset + index * rightType.byteCount, rightType)
    )
  }
}

extension RawSpan {
  /// The value of the sample that starts at `offset`.
  fileprivate func sample(at offset: Int, _ type: PixelType) -> Double {
    switch type {
    case .half: Double(Float16(bitPattern: u16(at: offset)))
    case .float: Double(Float(bitPattern: u32(at: offset)))
    case .uint: Double(u32(at: offset))
    }
  }
}
