"""Whoever is trusted should be somebody."""

from lumina.config.validate import Draft

EVERYBODY = {"0.0.0.0/0", "::/0"}


def check_trust(draft: Draft) -> None:
    """Warn where every client may say who it is."""
    for place, network in enumerate(draft.config.server.trusted_proxies):
        if network in EVERYBODY:
            where = draft.place(("server", "trusted_proxies", place))
            draft.source.problem(where, "everybody is trusted, so any client may say that it is another", warning=True)
