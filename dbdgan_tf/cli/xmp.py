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


def rating(score):
    """Stars, 1..5, from the subject's focus; 0 (unrated) where the score is uncertain."""
    return 0 if score.uncertain else min(5, 1 + int(5 * score.subject_focus))


def write_sidecar(path, score, sharp_from):
    """Writes the sidecar of a photograph, unless another program's is there.

    Args:
        path: The .xmp file.
        score: `Score` of the photograph.
        sharp_from: As for `Score.verdict`.

    Raises:
        ValueError: If a sidecar of another program is there: its edits are worth more than our stars.
    """
    if os.path.lexists(path) and f'CreatorTool="{_MARK}"'.encode() not in path.read_bytes():
        raise ValueError(f"the sidecar {path.name} belongs to another program and was left as it is")
    text = _TEMPLATE.format(mark=_MARK, rating=rating(score), label=score.verdict(sharp_from))
    write_bytes(path, text.encode())
