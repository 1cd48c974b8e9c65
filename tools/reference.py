"""Write docs/reference/configuration.md anew from the fields of the configuration."""

from pathlib import Path

from lumina.config.reference import manual

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "configuration.md"


def main() -> None:
    """Write the page and name it."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(manual(), encoding="utf-8")
    print(PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE)


if __name__ == "__main__":
    main()
