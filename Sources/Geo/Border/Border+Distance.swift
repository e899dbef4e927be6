extension Border {
  /// Metres to the nearest border; above `limit` anything that is above it too.
  ///
  /// Near: in the plane that touches the ellipsoid at the point (metres per degree by M and N cos φ there) edges stay straight, and distances to
  /// 50 km are right to 10 % below latitude 85° (the error is Δφ tan φ at most). So an edge that is 10 % farther in the plane than the
  /// best so far can't be nearer; for each of the others the foot of the perpendicular is found again in the plane at the middle latitude,
  /// and its distance taken along the geodesic. Far: see `FarSearch`.
  func distance(from point: Coordinate, _ polygons: [Polygon], limit: Double) -> Double {
    let point = point.canonical
    if abs(point.latitude) <= NearSearch.northernmost {
      let reach = min(limit, NearSearch.farthest)
      var search = NearSearch(from: point, reach: reach, isOfArea: true)
      for polygon in polygons {
        for ring in 0..<polygon.packed.ringCount
        where polygon.box(ofRing: ring).leastDistance(to: point) <= search.best {
          polygon.packed.withRing(ring) { $0.search(&search) }
        }
      }
      for edge in seam { search.take(edge.a, edge.b) }
      if search.best < reach { return search.best }
      if limit <= NearSearch.farthest { return max(limit, search.best) }
    }
    var search = FarSearch(from: point)
    forEachEdge(polygons) { search.look(at: $0, $1) }
    return search.distance
  }
}
