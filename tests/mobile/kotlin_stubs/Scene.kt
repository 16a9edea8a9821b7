// The pictures of tflite/golden/scenes.py, drawn by the same formula.
package dbdgan.blur

import org.json.JSONObject

internal class Scene(content: JSONObject) : PictureRows {
    override val width = content.getInt("width")
    override val height = content.getInt("height")
    private val noise = if (content.has("noise")) content.getInt("noise") else 0
    private val blurs = content.getJSONArray("blurs").let { list -> List(list.length()) { list.getJSONArray(it) } }

    override fun read(y: Int, row: IntArray) {
        for (x in row.indices) {
            val blur = blurs.indices.last { x >= width * it / blurs.size }.let { blurs[it] }
            val raised = blurred(x, y, blur.getInt(0), blur.getInt(1)) + hash(x, y, 3) % (2 * noise + 1) - noise
            val level = raised.coerceIn(0, 255)
            row[x] = (level shl 16) or (level * 3 shr 2 shl 8) or (255 - level)
        }
    }

    private fun blurred(x: Int, y: Int, across: Int, down: Int): Int {
        if (across == 0 || down == 0) return 128
        var total = 0
        for (v in 2 * y until 2 * (y + down)) for (u in 2 * x until 2 * (x + across)) {
            total += hash(u shr 5, v shr 5, 0) + hash(7 * u + 3 * v shr 8, 7 * v - 3 * u shr 8, 1)
            total += hash(u + v shr 6, v - u shr 6, 2)
        }
        return total / (12 * across * down)
    }

    private fun hash(x: Int, y: Int, salt: Int): Int {
        val sum = x * 374761393 + y * 668265263 + salt * 974634721
        val mixed = (sum xor (sum ushr 13)) * 1274126177
        return (mixed xor (mixed ushr 16)) and 255
    }
}
