import Foundation

/// A golden folder in the app's bundle, as `python -m tflite.golden.make` writes it.
public struct GoldenFiles {
    /// Names of one case's files.
    struct Case: Decodable {
        let picture: String
        let input: String
        let map: String
    }

    struct Content: Decodable {
        let model: BlurContract
        let cases: [Case]
        /// By processor: "cpu", "gpu", "npu".
        let tolerances: [String: Tolerance]
        let inputTolerance: Tolerance
    }

    public let folder: URL
    let content: Content

    public var contract: BlurContract { content.model }
    public var model: URL { folder.appendingPathComponent(content.model.file) }

    /// - Parameter folder: Where `contract.json` is.
    public init(_ folder: URL) throws {
        self.folder = folder
        let data = try Data(contentsOf: folder.appendingPathComponent("contract.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        content = try decoder.decode(Content.self, from: data)
    }
}

/// Largest and mean absolute difference that are allowed.
public struct Tolerance: Decodable {
    public let max: Float
    public let mean: Float

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
