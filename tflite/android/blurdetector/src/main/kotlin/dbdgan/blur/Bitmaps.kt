package dbdgan.blur

import android.graphics.Bitmap
import android.graphics.Matrix

/** Rows of any Bitmap; one that lives on the GPU is copied, as its pixels cannot be read. */
class BitmapRows(bitmap: Bitmap) : PictureRows {
    private val readable = if (bitmap.config == Bitmap.Config.ARGB_8888) {
        bitmap
    } else {
        checkNotNull(bitmap.copy(Bitmap.Config.ARGB_8888, false)) { "The bitmap cannot be read." }
    }
    override val width: Int get() = readable.width
    override val height: Int get() = readable.height

    override fun read(y: Int, row: IntArray) = readable.getPixels(row, 0, width, 0, y, width, 1)
}

/** The picture turned clockwise, as EXIF or a camera's sensor asks for; 0, 90, 180 or 270. */
fun Bitmap.turned(degrees: Int): Bitmap {
    if (degrees % 360 == 0) return this
    val matrix = Matrix().apply { postRotate(degrees.toFloat()) }
    return Bitmap.createBitmap(this, 0, 0, width, height, matrix, true)
}

/** Grey picture of the map at the model's size, white = blurred. */
fun BlurMap.toBitmap(): Bitmap = Bitmap.createBitmap(greyPixels(), width, height, Bitmap.Config.ARGB_8888)

/** Picture to draw over the photo: see [BlurMap.overlayPixels]. Call it on the map at the photo's size for a fine line. */
fun BlurMap.toOverlay(opacity: Float = BlurMap.OPACITY, threshold: Float = BlurMap.THRESHOLD): Bitmap =
    Bitmap.createBitmap(overlayPixels(opacity, threshold), width, height, Bitmap.Config.ARGB_8888)
