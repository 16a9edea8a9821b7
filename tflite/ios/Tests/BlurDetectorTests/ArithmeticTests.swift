import XCTest

@testable import BlurDetector

/// What tests/mobile/test_kotlin.py asserts of the Kotlin class, too.
final class ArithmeticTests: XCTestCase {
    func testMap() {
        let map = BlurMap(width: 2, height: 1, values: [0, 1])
        XCTAssertEqual(map.inFocusShare, 0.5)
        XCTAssertEqual(map.greyPixels(), [0, 255])
    }

    func testFocusPolarityAndNaN() throws {
        let contract = BlurContract(
            file: "m.tflite", kind: "uint8", width: 1, height: 1, mean: [0, 0, 0], std: [1, 1, 1], polarity: "focus",
            outputScale: 1 / 256, outputZeroPoint: 0)
        XCTAssertEqual(try contract.read(bytes: [64, 255]), [0.75, 0.00390625])
        XCTAssertThrowsError(try contract.read(floats: [.nan]))
    }

    /// The golden vectors that Python, the browser and Kotlin keep, too.
    func testWhatSurroundsTheModelEqualsTheGoldenVectors() throws {
        let golden = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../golden/vectors.json")
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: golden.standardized))
        let map = BlurMap(width: vectors.map.width, height: vectors.map.height, values: vectors.map.values)
        for size in vectors.sizes {
            let own = map.resized(width: size.width, height: size.height).values
            XCTAssertNil(Tolerance(max: 1e-4, mean: 1e-4).complaint("map", own: own, expected: size.values))
        }
        for overlay in vectors.overlays {
            let layer = map.resized(width: overlay.width, height: overlay.height)
                .overlayPixels(opacity: overlay.opacity!, threshold: overlay.threshold!)
            let own = overlay.values.indices.map { at -> Float in
                let (pixel, photo) = (4 * (at / 3), vectors.photo[at % vectors.photo.count])
                return Float(Int(layer[pixel + at % 3]) + (photo * (255 - Int(layer[pixel + 3])) + 127) / 255)
            }
            // Alpha is premultiplied, so photo and veil are rounded each by itself.
            XCTAssertNil(Tolerance(max: 1, mean: 0.5).complaint("overlay", own: own, expected: overlay.values))
        }
        for long in vectors.panoramas {
            let panorama = Panorama(width: long.width, height: long.height, shortest: 320)
            XCTAssertEqual(["width": panorama.width, "height": panorama.height], long.strip)
            XCTAssertEqual(panorama.windows, long.windows.map { $0[0]..<$0[1] })
            let wide = panorama.width > panorama.height
            let blended = panorama.blend(
                panorama.windows.enumerated().map { number, window in
                    let width = wide ? window.count : panorama.width
                    let height = wide ? panorama.height : window.count
                    let values = [Float](repeating: Float(number), count: width * height)
                    return BlurMap(width: width, height: height, values: values)
                })
            let own = long.blend.indices.map { blended.values[$0 * long.every * (wide ? 1 : blended.width)] }
            XCTAssertNil(Tolerance(max: 1e-3, mean: 1e-4).complaint("blend", own: own, expected: long.blend))
        }
    }
}

private struct Vectors: Decodable {
    struct Plane: Decodable {
        let width: Int
        let height: Int
        let values: [Float]
        let opacity: Float?
        let threshold: Float?
    }

    struct Strip: Decodable {
        let width: Int
        let height: Int
        let strip: [String: Int]
        let windows: [[Int]]
        let every: Int
        let blend: [Float]
    }

    let map: Plane
    let sizes: [Plane]
    let photo: [Int]
    let overlays: [Plane]
    let panoramas: [Strip]
}
