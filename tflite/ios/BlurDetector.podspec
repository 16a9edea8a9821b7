Pod::Spec.new do |spec|
  spec.name = "BlurDetector"
  spec.version = "0.1.0"
  spec.summary = "Which pixels of a photograph are out of focus."
  spec.homepage = "https://doi.org/10.1145/3557897"
  spec.license = "MIT"
  spec.author = "dbdgan_tf"
  spec.source = { :path => "." }
  spec.ios.deployment_target = "13.0"
  spec.swift_version = "5.9"
  spec.source_files = "Sources/BlurDetector/*.swift"
  # TensorFlowLiteSwift's frameworks are static.
  spec.static_framework = true
  spec.dependency "TensorFlowLiteSwift", "~> 2.17"
  spec.dependency "TensorFlowLiteSwift/Metal", "~> 2.17"
  spec.dependency "TensorFlowLiteSwift/CoreML", "~> 2.17"
end
