"""Decisions about exchanges: pure state machines that are told the time and what happened."""
