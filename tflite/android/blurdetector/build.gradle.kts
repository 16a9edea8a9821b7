plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "dbdgan.blur"
    compileSdk = 35
    defaultConfig {
        minSdk = 26
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    kotlinOptions {
        jvmTarget = "17"
    }
    // A compressed .tflite cannot be mapped into memory.
    androidResources {
        noCompress += "tflite"
    }
}

dependencies {
    implementation("com.google.ai.edge.litert:litert:2.3.0")
    // The GPU accelerator; leave it out if only CPU and NPU are wanted.
    implementation("com.google.ai.edge.litert:litert-gpu:2.3.0")
    // Only CameraFrames.kt needs it.
    implementation("androidx.camera:camera-core:1.4.1")
}
