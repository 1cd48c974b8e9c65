"""Which of several endpoints is next: pure choices over what is known of each."""
