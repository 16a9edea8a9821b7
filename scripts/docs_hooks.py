"""Hooks of mkdocs.yml: pages that live beside the code are part of the site, and links find them on both.

On disk a page of docs/ links to ../tflite/web/README.md; in the site docs/ is the root.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
# Repository files shown as pages.
BESIDE_THE_CODE = (
    "CONTRIBUTING.md", "MODEL_CARD.md", "SECURITY.md", "tflite/golden/README.md", "tflite/android/README.md",
    "tflite/ios/README.md", "tflite/web/README.md",
)  # fmt: skip
LINK = re.compile(r"(\]\()([^)#:\s]+)")


def on_config(config):
    """Adds the model card to the navigation once there is one."""
    if (ROOT / "MODEL_CARD.md").is_file():
        config.nav.append({"Model card": "MODEL_CARD.md"})
    return config


def on_files(files, config):
    """Adds the files beside the code at the paths that they have in the repository."""
    for path in BESIDE_THE_CODE:
        if (ROOT / path).is_file():
            files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown, page, **_):
    """Turns links between files of the repository into links between pages of the site."""
    source = page.file.src_uri
    in_repository = source if source in BESIDE_THE_CODE else f"docs/{source}"

    def mend(match):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(in_repository), match[2]))
        in_site = target.removeprefix("docs/")
        return match[1] + posixpath.relpath(in_site, posixpath.dirname(source) or ".")

    # A fence of two words is none for pymdownx.
    return LINK.sub(mend, markdown).replace("```json contract", "```json")
