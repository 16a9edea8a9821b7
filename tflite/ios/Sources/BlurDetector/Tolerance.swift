/// Largest and mean absolute difference that are allowed.
public struct Tolerance: Decodable {
    public let max: Float
    public let mean: Float

    public init(max: Float, mean: Float) {
        self.max = max
        self.mean = mean
    }

    /// A sentence if two equally long arrays differ by more, else nil.
    public func complaint(_ what: String, own: [Float], expected: [Float]) -> String? {
        guard own.count == expected.count, !own.isEmpty else {
            return "\(what): \(own.count) values; expected \(expected.count)"
        }
        let differences = zip(own, expected).map { abs($0 - $1) }
        let largest = differences.max() ?? 0
        let average = differences.reduce(0) { $0 + Double($1) } / Double(differences.count)
        if largest <= max && average <= Double(mean) { return nil }
        return "\(what): largest \(largest), mean \(average); allowed: largest \(max), mean \(mean)"
    }
}
