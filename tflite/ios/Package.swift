// swift-tools-version:5.9
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
