"""Rating sidecars that Lightroom, Bridge, darktable and digiKam read."""

import os

from dbdgan_tf.atomic_file import write_bytes

_MARK = "dbdgan"
_TEMPLATE = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmp:CreatorTool="{mark}" xmp:Rating="{rating}" xmp:Label="{label}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def rating(score, sharp_at):
    """Stars: 5 where sharp, 1 to 4 by how close a soft photograph comes to that, 0 where uncertain."""
    if score.verdict != "soft":
        return 5 if score.verdict == "sharp" else 0
    return 1 + int(4 * score.sharp_up_to / min(sharp_at, max(score.width, score.height)))


def write_sidecar(path, score, sharp_at):
    """Writes a photograph's .xmp; a ValueError if another program's is there: its edits are worth more."""
    if os.path.lexists(path) and f'CreatorTool="{_MARK}"'.encode() not in path.read_bytes():
        raise ValueError(f"the sidecar {path.name} belongs to another program and was left as it is")
    text = _TEMPLATE.format(mark=_MARK, rating=rating(score, sharp_at), label=score.verdict)
    write_bytes(path, text.encode())
