"""Rating sidecars that Lightroom, Bridge, darktable and digiKam read."""

import os
import xml.dom.minidom
import xml.parsers.expat

from dbdgan_tf.atomic_file import write_bytes

_RDF, _XMP = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://ns.adobe.com/xap/1.0/"
_LABELS = ("", "sharp", "soft", "uncertain")
_EMPTY = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{_RDF}">
  <rdf:Description rdf:about="" xmlns:xmp="{_XMP}" xmp:CreatorTool="dbdgan"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def _rating(score, sharp_at):
    """Stars: 5 where sharp, 1 to 4 by how close a soft photograph comes to that, 0 where uncertain."""
    if score.verdict != "soft":
        return 5 if score.verdict == "sharp" else 0
    return 1 + int(4 * score.sharp_up_to / min(sharp_at, max(score.width, score.height)))


def write_sidecar(path, score, sharp_at):
    """Writes rating and label into a photograph's .xmp; all else in it, and another's label, stays."""
    content = path.read_bytes() if os.path.lexists(path) else _EMPTY.encode()
    try:
        document = xml.dom.minidom.parseString(content)
        places = document.getElementsByTagNameNS(_RDF, "Description")
    except xml.parsers.expat.ExpatError:
        places = []
    if not places:
        raise ValueError(f"the sidecar {path.name} is no XMP and was left as it is")
    _set(places, "Rating", str(_rating(score, sharp_at)))
    _set(places, "Label", score.verdict, replaceable=_LABELS)
    # Without the XML declaration, which a packet has not.
    write_bytes(path, "\n".join(node.toxml() for node in document.childNodes) + "\n")


def _set(places, name, value, replaceable=None):
    for place in places:
        old = place.getAttributeNodeNS(_XMP, name)
        elements = [node for node in place.childNodes if (node.namespaceURI, node.localName) == (_XMP, name)]
        if old or elements:
            blank = place.ownerDocument.createTextNode("")
            text = old or elements[0].firstChild or elements[0].appendChild(blank)
            if replaceable is None or text.nodeValue in replaceable:
                text.nodeValue = value
            return
    places[0].setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:xmp", _XMP)
    places[0].setAttributeNS(_XMP, f"xmp:{name}", value)
