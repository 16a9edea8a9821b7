import Foundation

/// A golden folder in the app's bundle, as `python -m tflite.golden.make` writes it.
public struct GoldenFiles {
    /// Names of one case's files.
    public struct Case: Decodable {
        public let picture: String
        public let input: String
        public let map: String
    }

    private struct Content: Decodable {
        let model: BlurContract
        let cases: [Case]
        let tolerances: [String: Tolerance]
        let inputTolerance: Tolerance

        enum CodingKeys: String, CodingKey {
            case model, cases, tolerances
            case inputTolerance = "input_tolerance"
        }
    }

    public let folder: URL
    private let content: Content

    public var contract: BlurContract { content.model }
    public var model: URL { folder.appendingPathComponent(content.model.file) }
    public var cases: [Case] { content.cases }
    /// By processor: "cpu", "gpu", "npu".
    public var tolerances: [String: Tolerance] { content.tolerances }
    public var inputTolerance: Tolerance { content.inputTolerance }

    /// - Parameter folder: Where `contract.json` is.
    public init(_ folder: URL) throws {
        self.folder = folder
        let data = try Data(contentsOf: folder.appendingPathComponent("contract.json"))
        content = try JSONDecoder().decode(Content.self, from: data)
        try content.model.validate()
    }
}
