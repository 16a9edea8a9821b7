import Foundation

/// What went wrong, in words.
public struct BlurError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// What a .tflite file expects and gives, as its `contract.json` says in snake case; see tflite/golden/README.md.
public struct BlurContract: Decodable {
    /// Name of the .tflite file beside contract.json.
    public let file: String
    /// "float32": scaled pixels in, probabilities out. "uint8": bytes in, bytes out.
    public let kind: String
    public let width: Int
    public let height: Int
    /// Of R, G, B, in 0..255.
    public let mean: [Float]
    public let std: [Float]
    /// What 1.0 means: "blur" or "focus".
    public let polarity: String
    public let outputScale: Float
    public let outputZeroPoint: Int

    public var takesBytes: Bool { kind == "uint8" }

    /// The float32 input, (pixel - mean) / std, of `width * height * 3` RGB bytes.
    public func scale(_ pixels: [UInt8]) -> [Float] {
        pixels.enumerated().map { index, pixel in (Float(pixel) - mean[index % 3]) / std[index % 3] }
    }

    /// Probabilities 0...1 of blur from a byte output.
    public func read(bytes: [UInt8]) throws -> [Float] {
        try bytes.map { try finish(Float(Int($0) - outputZeroPoint) * outputScale) }
    }

    /// Probabilities 0...1 of blur from a float output; NaN tells of unusable arithmetic.
    public func read(floats: [Float]) throws -> [Float] {
        try floats.map(finish)
    }

    private func finish(_ value: Float) throws -> Float {
        if value.isNaN {
            throw BlurError("The model gave NaN: this processor's arithmetic does not suit the file.")
        }
        let probability = min(max(value, 0), 1)
        return polarity == "blur" ? probability : 1 - probability
    }
}
