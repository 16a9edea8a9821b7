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
    public let contract: BlurContract
    public let model: URL
    public let cases: [Case]
    /// By processor: "cpu", "gpu", "npu".
    public let tolerances: [String: Tolerance]
    public let inputTolerance: Tolerance

    /// - Parameter folder: Where `contract.json` is.
    public init(_ folder: URL) throws {
        let data = try Data(contentsOf: folder.appendingPathComponent("contract.json"))
        let content = try JSONDecoder().decode(Content.self, from: data)
        try content.model.validate()
        self.folder = folder
        contract = content.model
        model = folder.appendingPathComponent(content.model.file)
        cases = content.cases
        tolerances = content.tolerances
        inputTolerance = content.inputTolerance
    }
}
