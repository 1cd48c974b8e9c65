"""What every fuzz target shares: which build it looks at, and who makes the inputs.

    python fuzz/NAME.py [--seconds N] [libFuzzer's options and folders]    the sources, guided by their coverage
    python fuzz/NAME.py --compiled [--seconds N] [folders]                 the compiled modules: the corpus, and chance

A target imports what it tests within `sources()`, and has a function that raises where an input breaks a promise. The
interpreter sees each branch of the sources, so atheris finds its way through them; the compiled modules then get what
it found, and variations of it, which is how a difference between the two builds would show.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
DICTIONARY = ROOT / "fuzz" / "http.dict"
COMPILED = "--compiled" in sys.argv

Check = Callable[[bytes], None]

sys.path[:0] = [str(ROOT), str(ROOT / "src")]


@contextmanager
def sources() -> Iterator[None]:
    """Import the package's sources, instrumented, within this context; or its compiled modules, if so asked."""
    if COMPILED:
        yield
        return
    import atheris

    from tools.interpreted import interpret

    interpret()
    with atheris.instrument_imports(include=["lumina"], enable_loader_override=False):
        yield


def main(check: Check) -> None:
    """Run the target as the command line says."""
    options = [option for option in sys.argv[1:] if option != "--compiled"]
    seconds = 0.0
    if "--seconds" in options:
        place = options.index("--seconds")
        seconds = float(options[place + 1])
        del options[place : place + 2]
    name = Path(sys.argv[0]).stem
    given = [Path(option) for option in options if not option.startswith("-")]
    grown = ROOT / "build" / "fuzz" / name / "corpus"  # libFuzzer adds to the first folder it is given
    grown.mkdir(parents=True, exist_ok=True)
    folders = given or [grown, ROOT / "fuzz" / "corpus" / name]
    if COMPILED:
        vary(check, folders, seconds)
        return
    import atheris

    if seconds:
        options.append(f"-max_total_time={seconds:.0f}")
    if not any(option.startswith("-dict=") for option in options):
        options.append(f"-dict={DICTIONARY}")
    if not given:
        options += map(str, folders)
    atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()


def vary(check: Check, folders: list[Path], seconds: float) -> None:
    """Check every input in the folders, then what chance makes of them until the time is over."""
    corpus = [path.read_bytes() for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]
    words = dictionary()
    for data in corpus:
        check(data)
    count = len(corpus)
    chance = random.Random(count)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for _ in range(200):
            data = variation(chance, corpus, words)
            try:
                check(data)
            except BaseException:
                print(f"broken by {data!r}", file=sys.stderr)
                raise
        count += 200
    print(f"{count} inputs, nothing found")


def variation(chance: random.Random, corpus: list[bytes], words: list[bytes]) -> bytes:
    """Return an input of the corpus with a few places changed."""
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice((0, 0, 1, 2, 8)))
        other = chance.choice(corpus)
        cut = chance.randint(0, len(other))
        data[at:end] = chance.choice(
            (bytes([chance.randrange(256)]), chance.choice(words), other[cut : cut + chance.randint(0, 30)], b"")
        )
    return bytes(data)


def dictionary() -> list[bytes]:
    """Return the words of libFuzzer's dictionary."""
    lines = [line for line in DICTIONARY.read_text().splitlines() if line.startswith('"')]
    return [line[1:-1].encode().decode("unicode_escape").encode("latin-1") for line in lines]
