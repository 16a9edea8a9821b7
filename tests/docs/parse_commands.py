"""Parses a JSON list of command lines with the commands' own parsers; prints null or what is wrong."""

import argparse
import contextlib
import importlib
import io
import json
import runpy
import sys


class Parsed(BaseException):
    """Raised where the command would have begun its work."""


def parse_flags(config_class, main, words=None):
    command_flags.parse(config_class, *(words or sys.argv)[1:])
    raise Parsed


def parse_arguments(parser, *_, **__):
    PARSE(parser, sys.argv[1:])
    raise Parsed


def parse_python(words):
    sys.argv = words[1 + (words[1] == "-m") :]
    if words[1] == "-m":
        runpy.run_module(words[2], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(words[1], run_name="__main__")


def parse_dbdgan(words):
    from dbdgan_tf.cli.main import MAKERS, dbdgan

    with dbdgan.make_context("dbdgan", words[1:]) as context:
        name, command, rest = dbdgan.resolve_command(context, words[1:])
        made = command.make_context(name, rest, parent=context)
        if name in MAKERS:
            command.invoke(made)
    raise Parsed


def problem(words):
    try:
        with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(said):
            (parse_dbdgan if words[0] == "dbdgan" else parse_python)(words)
    except Parsed:
        return None
    except SystemExit as end:
        return f"ended with {end.code}: {said.getvalue()[-500:]}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "parsed no flags"


if __name__ == "__main__":
    lines = json.load(sys.stdin)
    sys.path.insert(0, ".")
    command_flags = importlib.import_module("dbdgan_tf.command.flags")
    command_flags.start, PARSE = parse_flags, argparse.ArgumentParser.parse_args
    argparse.ArgumentParser.parse_args = parse_arguments
    json.dump([problem(words) for words in lines], sys.stdout)
