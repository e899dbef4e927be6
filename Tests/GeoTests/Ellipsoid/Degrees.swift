import Foundation

extension Double {
  static func cos(degrees: Double) -> Double { Foundation.cos(degrees * .pi / 180) }
  static func sin(degrees: Double) -> Double { Foundation.sin(degrees * .pi / 180) }
  static func tan(degrees: Double) -> Double { Foundation.tan(degrees * .pi / 180) }
}
