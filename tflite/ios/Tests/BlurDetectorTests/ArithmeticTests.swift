import XCTest

@testable import BlurDetector

/// Numbers worked out by hand; the same as tests/mobile/test_kotlin.py asserts of the Kotlin class.
final class ArithmeticTests: XCTestCase {
    func testBilinearHasHalfPixelCentres() {
        let plane = PictureResizer.resize([0, 1], fromWidth: 2, fromHeight: 1, width: 4, height: 1)
        XCTAssertEqual(plane, [0, 0.25, 0.75, 1])
    }

    func testAreaSharesOfThreePixelsOntoTwo() {
        let spans = PictureResizer.weights(from: 3, to: 2, area: true)
        XCTAssertEqual(spans.map(\.first), [0, 1])
        XCTAssertEqual(spans[0].shares[0], 2 / 3, accuracy: 1e-6)
        XCTAssertEqual(spans[1].shares[0], 1 / 3, accuracy: 1e-6)
    }

    func testMap() {
        let map = BlurMap(width: 2, height: 1, values: [0, 1])
        XCTAssertEqual(map.inFocusShare, 0.5)
        XCTAssertEqual(map.greyPixels(), [0, 255])
        XCTAssertEqual(map.overlayPixels(opacity: 0.5), [0, 0, 0, 0, 128, 61, 0, 128])
    }

    func testFocusPolarityAndNaN() throws {
        let contract = BlurContract(
            kind: "uint8", width: 1, height: 1, mean: [0, 0, 0], std: [1, 1, 1], polarity: "focus",
            outputScale: 1 / 256, outputZeroPoint: 0)
        XCTAssertEqual(try contract.read(bytes: [64, 255]), [0.75, 0.00390625])
        XCTAssertThrowsError(try contract.read(floats: [.nan]))
    }
}
