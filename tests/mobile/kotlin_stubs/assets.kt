// Stub of android.content.res.AssetManager: a folder.
package android.content.res

import java.io.File
import java.io.InputStream

class AssetManager(private val root: String) {
    fun open(fileName: String): InputStream = File(root, fileName).inputStream()
}
