// Stub of org.json: reads well-formed JSON without escapes.
package org.json

class JSONObject internal constructor(private val values: Map<String, Any?>) {
    @Suppress("UNCHECKED_CAST")
    constructor(json: String) : this(Reader(json).value() as Map<String, Any?>)

    fun getInt(name: String) = (values[name] as Double).toInt()

    fun getDouble(name: String) = values[name] as Double

    fun getString(name: String) = values[name] as String

    fun getJSONArray(name: String) = JSONArray(values[name] as List<*>)

    fun getJSONObject(name: String): JSONObject = checkNotNull(optJSONObject(name))

    @Suppress("UNCHECKED_CAST")
    fun optJSONObject(name: String): JSONObject? = values[name]?.let { JSONObject(it as Map<String, Any?>) }
}

class JSONArray internal constructor(private val values: List<*>) {
    fun length() = values.size

    fun getDouble(index: Int) = values[index] as Double

    @Suppress("UNCHECKED_CAST")
    fun getJSONObject(index: Int) = JSONObject(values[index] as Map<String, Any?>)
}

internal class Reader(private val text: String) {
    private var at = 0

    fun value(): Any? = when (next()) {
        '{' -> members()
        '[' -> entries()
        '"' -> string()
        else -> word()
    }

    private fun members(): Map<String, Any?> {
        val result = LinkedHashMap<String, Any?>()
        at++
        while (next() != '}') {
            val key = string()
            next()
            at++
            result[key] = value()
            if (next() == ',') at++
        }
        at++
        return result
    }

    private fun entries(): List<Any?> {
        val result = ArrayList<Any?>()
        at++
        while (next() != ']') {
            result.add(value())
            if (next() == ',') at++
        }
        at++
        return result
    }

    private fun string(): String {
        next()
        val stop = text.indexOf('"', at + 1)
        return text.substring(at + 1, stop).also { at = stop + 1 }
    }

    private fun word(): Any? {
        val start = at
        while (at < text.length && text[at] !in ",]} \n") at++
        val word = text.substring(start, at)
        return when (word) {
            "true" -> true
            "false" -> false
            "null" -> null
            else -> word.toDouble()
        }
    }

    private fun next(): Char {
        while (text[at].isWhitespace()) at++
        return text[at]
    }
}
