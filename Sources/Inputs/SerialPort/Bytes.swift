extension ArraySlice<UInt8> {
  /// Where these bytes stand for the first time; `nil` for none, and for no bytes.
  func firstRange(of bytes: [UInt8]) -> Range<Int>? {
    guard let first = bytes.first, count >= bytes.count else { return nil }
    var place = startIndex
    while place <= endIndex - bytes.count {
      guard let found = self[place...(endIndex - bytes.count)].firstIndex(of: first) else { return nil }
      if self[found..<(found + bytes.count)].elementsEqual(bytes) { return found..<(found + bytes.count) }
      place = found + 1
    }
    return nil
  }

  /// Where these bytes stand for the last time.
  func lastRange(of bytes: [UInt8]) -> Range<Int>? {
    guard !bytes.isEmpty, count >= bytes.count else { return nil }
    var place = endIndex - bytes.count
    while place >= startIndex {
      if self[place..<(place + bytes.count)].elementsEqual(bytes) { return place..<(place + bytes.count) }
      place -= 1
    }
    return nil
  }

  /// Without spaces and tabs at both ends.
  var trimmingBlanks: ArraySlice<UInt8> {
    var slice = drop { $0.isBlank }
    while let last = slice.last, last.isBlank { slice = slice.dropLast() }
    return slice
  }
}

extension UInt8 {
  var isBlank: Bool { self == 32 || self == 9 }
  var isDigit: Bool { (48...57).contains(self) }
}
