// swift-tools-version:5.9
// The part of BlurDetector that needs no TensorFlow Lite: contract, resize, maps. `swift test` runs its tests.
// The detector itself compiles where the module TensorFlowLite can be imported: see BlurDetector.podspec.
import PackageDescription

let package = Package(
    name: "BlurDetector",
    platforms: [.iOS(.v13), .macOS(.v12)],
    products: [.library(name: "BlurDetector", targets: ["BlurDetector"])],
    targets: [
        .target(name: "BlurDetector"),
        .testTarget(name: "BlurDetectorTests", dependencies: ["BlurDetector"])
    ]
)
