@main
struct Waypost {
  static func main() {}
}
