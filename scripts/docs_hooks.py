"""Hooks of mkdocs.yml: pages that live beside the code, and the API reference, are part of the site.

On disk a page of docs/ links to ../tflite/web/README.md; in the site docs/ is the root.
"""

import ast
import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
BESIDE_THE_CODE = (
    "README.md", "CONTRIBUTING.md", "MODEL_CARD.md", "SECURITY.md", "tflite/golden/README.md",
    "tflite/android/README.md", "tflite/ios/README.md", "tflite/web/README.md", "dbdgan_tf/assets/LICENCE.md",
    "colab/detect.ipynb", "colab/train_distill_convert.ipynb",
)  # fmt: skip
LINK = re.compile(r"(\]\()([^)#:\s]+)")


def reference_pages():
    """Title -> (path in the site, packages), by the table of docs/reference.md."""
    table = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][\w ]+) \| (`.*?`) \|", table, re.MULTILINE)
    return {
        title: (f"reference/{title.split()[0].lower()}.md", re.findall("`(.+?)`", packages))
        for title, packages in rows
    }


def public_names(package):
    """Dotted paths of what a package of dbdgan_tf exports, or a module defines, read from the source."""
    path, dotted = ROOT / "dbdgan_tf" / package, f"dbdgan_tf.{package.removesuffix('.py').replace('/', '.')}"
    if path.suffix:
        defined = [node for node in ast.parse(path.read_text()).body if hasattr(node, "name")]
        return [f"{dotted}.{node.name}" for node in defined if not node.name.startswith("_")]
    for node in ast.parse((path / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            (lazy,) = (word.value for word in node.value.keywords if word.arg == "submod_attrs")
            modules = ast.literal_eval(lazy).items()
            return [f"{dotted}.{module}.{name}" for module, names in modules for name in names]
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return [f"{dotted}.{name}" for name in ast.literal_eval(node.value)]
    raise ValueError(f"{path} exports nothing.")


def on_config(config):
    """Puts the pages of the reference below its table."""
    pages = [{title: path} for title, (path, _) in reference_pages().items()]
    (entry,) = (entry for entry in config.nav if "API reference" in entry)
    entry["API reference"] = ["reference.md", *pages]
    return config


def on_files(files, config):
    """Adds the files beside the code at the paths that they have in the repository, and the reference."""
    for path in BESIDE_THE_CODE:
        files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    for title, (path, packages) in reference_pages().items():
        names = [f"::: {name}" for package in packages for name in public_names(package)]
        files.append(File.generated(config, path, content="\n\n".join([f"# {title}", *names])))
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
