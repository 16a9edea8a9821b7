// Stub of org.json: reads well-formed JSON without escapes.
package org.json

@Suppress("UNCHECKED_CAST")
class JSONObject internal constructor(private val values: Map<String, Any?>) {
    constructor(json: String) : this(Tokens(json).value() as Map<String, Any?>)

    fun getInt(name: String) = getDouble(name).toInt()
    fun getDouble(name: String) = values[name] as Double
    fun getString(name: String) = values[name] as String
    fun getJSONArray(name: String) = JSONArray(values[name] as List<*>)
    fun getJSONObject(name: String) = checkNotNull(optJSONObject(name))
    fun optJSONObject(name: String) = values[name]?.let { JSONObject(it as Map<String, Any?>) }
}

class JSONArray internal constructor(private val values: List<*>) {
    fun length() = values.size
    fun getDouble(index: Int) = values[index] as Double

    @Suppress("UNCHECKED_CAST")
    fun getJSONObject(index: Int) = JSONObject(values[index] as Map<String, Any?>)
}

internal class Tokens(text: String) {
    private val tokens = Regex("""[\[\]{}]|"[^"]*"|[^\s,:\[\]{}"]+""").findAll(text).map { it.value }.iterator()

    fun value(token: String = tokens.next()): Any? = when (token) {
        "{" -> upTo("}").associate { it.trim('"') to value() }
        "[" -> upTo("]").map { value(it) }.toList()
        "true", "false" -> token == "true"
        "null" -> null
        else -> if (token.startsWith('"')) token.trim('"') else token.toDouble()
    }

    private fun upTo(end: String) = generateSequence { tokens.next().takeIf { it != end } }
}
