"""The command line where it really runs: other encodings, pipes, interrupts, other languages, a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "hotline12345"]
DUE = ["due", "--pack", "shenyang", "--kind", "help", "--received", "2026-12-31"]


def process(*arguments, encoding="utf-8", **environment):
    env = {**os.environ, "PYTHONIOENCODING": encoding, **environment}
    env.pop("HOTLINE12345_LANG", None)
    return subprocess.run([*COMMAND, *arguments], capture_output=True, env=env, timeout=60, check=False)


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
@pytest.mark.parametrize(
    "arguments", [["demo"], ["--help"], DUE, ["do", "1", "sign"], ["doctor"], ["plugins"]], ids=str
)
def test_no_terminal_makes_it_crash(encoding, arguments, tmp_path, monkeypatch):
    ran = process(*arguments, encoding=encoding)
    assert ran.returncode in (0, 2)
    assert b"Traceback" not in ran.stderr
    assert b"UnicodeEncodeError" not in ran.stderr


def test_a_gbk_terminal_reads_chinese_and_an_ascii_one_english():
    assert "暂定" in process(*DUE, encoding="gbk").stdout.decode("gbk")
    # The pack's title is Chinese data, which click writes as UTF-8 where a stream claims to be ASCII.
    assert "provisional" in process(*DUE, encoding="ascii").stdout.decode("utf-8")


def test_json_is_whole_on_a_stream_that_cannot_carry_chinese():
    told = json.loads(process(*DUE, "--format", "json", encoding="ascii").stdout.decode("ascii"))
    assert told["basis"].startswith("沈阳2017报道")
    refused = process("due", "--kind", "抱怨", "--format", "json", encoding="ascii")
    assert json.loads(refused.stderr.decode("ascii"))["code"] == "unknown-kind"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end differently there")
def test_a_reader_that_goes_away_is_no_news():
    run = subprocess.Popen(
        [*COMMAND, "pack", "show", "anhui", "--units"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    said = run.stderr.read()
    run.stderr.close()
    run.wait(60)
    assert said == b""


@pytest.mark.skipif(sys.platform == "win32", reason="there it is no signal")
def test_an_interrupt_ends_it_with_130_and_no_traceback():
    # It waits for standard input, which never ends; the signal comes once the command line runs, and again should the
    # interpreter have been where it drops an exception.
    code = (
        "import os, signal, threading, time\nfrom hotline12345.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whoever runs us in the background ignores it
        "def interrupt():\n"
        "    for _ in range(100):\n"
        "        time.sleep(0.5)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=interrupt, daemon=True).start()\n"
        "main(['receive', '--pack', 'shenyang', '--store', 'memory:', '--file', '-'])\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stderr is not None
        try:
            assert run.wait(60) == 130
            assert b"Traceback" not in run.stderr.read()
        finally:
            run.kill()


def test_the_environment_chooses_the_language_and_the_option_overrides_it(run, monkeypatch):
    monkeypatch.setenv("HOTLINE12345_LANG", "en_US.UTF-8")
    assert "received by" in run("demo").out
    assert "收件" in run("--lang", "zh", "demo").out
    assert "收件" in run("demo", "--lang", "zh").out


def test_english_throughout(run, lamp, store):
    """Names of places, units and categories are Chinese data; everything the command line says is English."""
    for arguments in (
        ["do", lamp, "--store", store],
        ["do", lamp, "review", "--as", "reviewer", "--store", store],
        ["tick", "--store", store, "--at", "2026-09-19"],
        ["list", "--status", "closed", "--store", store],
        ["calendar", "after", "2026-12-31", "5"],
        ["due", "--kind", "抱怨"],
        ["due", "--help"],
        ["do", "--help"],
        ["calendar", "--help"],
        ["demo"],
        ["score", "--store", store],
    ):
        ran = run(*arguments, "--lang", "en", code=None)
        chinese = [c for c in ran.out + ran.err if "\u4e00" <= c <= "\u9fff"]
        # Docstrings of commands name the Chinese term, categories and echoed input are data.
        allowed = {"do": 400, "demo": 60, "due": 10}.get(arguments[0], 0)
        assert len(chinese) <= allowed, (arguments, ran.out, ran.err)


def test_help_is_in_both_languages_and_short_for_h(run):
    for name in ("due", "do", "show", "receive", "calendar", "pack"):
        told = run(name, "-h").out
        assert told == run(name, "--help").out
        assert "选项 Options" in told
    assert "demo" in run("-h").out


def test_a_command_that_is_not_there_names_those_near(run):
    assert "due" in run("deu", code=2).err
    assert json.loads(run("deu", "--format", "json", code=2).err)["code"] == "usage"
    assert "hotline12345" in run("--version").out


def test_asking_for_a_deadline_loads_nothing_it_does_not_need():
    heavy = ("networkx", "pendulum", "rich", "numpy", "simpy", "importlib.metadata", "hotline12345.hotline")
    code = (
        "import sys\nfrom hotline12345.cli import main\n"
        "try:\n    main([*sys.argv[1:]])\nexcept SystemExit:\n    pass\n"
        "print(*[name for name in sys.modules], sep='\\n', file=sys.stderr)\n"
    )
    for arguments, unwanted in (
        ([*DUE, "--format", "json"], heavy),
        (["--help"], (*heavy, "attr", "chinese_calendar")),
    ):
        run = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=True
        )
        loaded = set(run.stderr.split())
        assert "hotline12345.cli" in loaded
        assert [name for name in unwanted if name in loaded] == [], arguments
