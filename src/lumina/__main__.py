"""`python -m lumina` is the `lumina` command."""

import sys

from lumina.cli.main import main

sys.exit(main())
