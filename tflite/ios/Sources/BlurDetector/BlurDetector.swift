#if canImport(TensorFlowLite)
import CoreGraphics
import CoreVideo
import Foundation
import TensorFlowLite

/// Where a model may run.
public enum Processor: String {
    case cpu, gpu
    /// Core ML: the Neural Engine where there is one.
    case npu
}

/// How a model is run.
public struct RunOptions {
    /// Processors to try, best first; the CPU is always tried last.
    public var order: [Processor]
    /// False makes the GPU compute in 32 bits.
    public var allowReducedPrecision: Bool
    public var cpuThreads: Int

    public init(order: [Processor] = [.gpu], allowReducedPrecision: Bool = true, cpuThreads: Int = 2) {
        self.order = order
        self.allowReducedPrecision = allowReducedPrecision
        self.cpuThreads = cpuThreads
    }
}

/// Finds what is out of focus in pictures. The model lives on one serial queue; call from any thread but the main one.
public final class BlurDetector {
    public let contract: BlurContract
    /// Where the model runs.
    public private(set) var processor = Processor.cpu
    /// Why processors that were asked for do not run it.
    public private(set) var refusals: [Processor: String] = [:]

    private let queue = DispatchQueue(label: "dbdgan.blur.detector", qos: .userInitiated)
    private var interpreter: Interpreter?

    /// - Throws: `BlurError` if no processor runs the model.
    public init(model: URL, contract: BlurContract, options: RunOptions = RunOptions()) throws {
        self.contract = contract
        try queue.sync { try open(model, options) }
    }

    /// The blur map of an upright camera frame (32BGRA) of any size; blocks.
    public func detect(_ buffer: CVPixelBuffer) throws -> BlurMap {
        try PixelBufferRows.withRows(buffer) { try detect(rows: $0) }
    }

    /// The blur map of an upright image of any size; blocks.
    public func detect(_ image: CGImage) throws -> BlurMap {
        try detect(rows: ImageRows(image))
    }

    /// The blur map of any rows, as large as the model's input; that of a panorama is longer. Blocks.
    public func detect(rows: PictureRows) throws -> BlurMap {
        guard Panorama.suits(width: rows.width, height: rows.height) else { return try look(rows) }
        let shortest = min(contract.width, contract.height)
        return try Panorama(width: rows.width, height: rows.height, shortest: shortest).detect(rows, look)
    }

    private func look(_ rows: PictureRows) throws -> BlurMap {
        try detect(pixels: PictureResizer.resize(rows, width: contract.width, height: contract.height))
    }

    /// Runs the model on pixels that are already at its size: `width * height * 3` RGB bytes.
    public func detect(pixels: [UInt8]) throws -> BlurMap {
        try queue.sync { try run(pixels) }
    }

    private func open(_ model: URL, _ options: RunOptions) throws {
        for candidate in options.order.filter({ $0 != .cpu }) + [.cpu] {
            if candidate != .cpu && contract.takesBytes {
                refusals[candidate] = "a uint8 file: Metal and Core ML compute in floats, use the float16 file"
                continue
            }
            do {
                try load(model, candidate, options)
                processor = candidate
                return
            } catch {
                refusals[candidate] = "\(error)"
                interpreter = nil
            }
        }
        throw BlurError("No processor runs \(model.lastPathComponent): \(refusals)")
    }

    private func load(_ model: URL, _ candidate: Processor, _ options: RunOptions) throws {
        var settings = Interpreter.Options()
        settings.threadCount = options.cpuThreads
        settings.isXNNPackEnabled = candidate == .cpu
        let delegates = try BlurDetector.delegates(candidate, options)
        let loaded = try Interpreter(modelPath: model.path, options: settings, delegates: delegates)
        try loaded.allocateTensors()
        let shape = try loaded.input(at: 0).shape.dimensions
        guard shape == [1, contract.height, contract.width, 3] else {
            throw BlurError("The model takes \(shape); its contract says \(contract.height) x \(contract.width).")
        }
        interpreter = loaded
        // The first run compiles shaders, and shows whether this processor gives numbers at all.
        _ = try run([UInt8](repeating: 0, count: contract.width * contract.height * 3))
    }

    private static func delegates(_ processor: Processor, _ options: RunOptions) throws -> [Delegate]? {
        switch processor {
        case .cpu:
            return nil
        case .gpu:
            var settings = MetalDelegate.Options()
            settings.isPrecisionLossAllowed = options.allowReducedPrecision
            settings.waitType = .passive
            return [MetalDelegate(options: settings)]
        case .npu:
            guard options.allowReducedPrecision else {
                throw BlurError("the Neural Engine computes in 16 bits, which the options forbid")
            }
            guard let delegate = CoreMLDelegate() else { throw BlurError("this device has no Neural Engine") }
            return [delegate]
        }
    }

    private func run(_ pixels: [UInt8]) throws -> BlurMap {
        guard pixels.count == contract.width * contract.height * 3 else {
            throw BlurError("The model takes \(contract.width) x \(contract.height) RGB. Received: \(pixels.count) bytes.")
        }
        guard let interpreter = interpreter else { throw BlurError("The detector is not open.") }
        let input = contract.takesBytes ? Data(pixels) : contract.scale(pixels).withUnsafeBytes { Data($0) }
        try interpreter.copy(input, toInputAt: 0)
        try interpreter.invoke()
        let output = try interpreter.output(at: 0).data
        let values =
            contract.takesBytes
            ? try contract.read(bytes: [UInt8](output))
            : try contract.read(floats: output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) })
        return BlurMap(width: contract.width, height: contract.height, values: values)
    }
}
#endif
